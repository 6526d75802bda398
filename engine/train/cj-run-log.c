/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-run-log.h"

#include "cj-error.h"
#include "cj-variant.h"

#include <glib/gi18n-lib.h>

static void
unref_command (gpointer data)
{
  CjCommand *command = data;

  if (!g_atomic_int_dec_and_test (&command->ref_count))
    return;
  g_free (command->name);
  g_free (command->text);
  g_clear_pointer (&command->numbers, g_bytes_unref);
  g_clear_pointer (&command->flags, g_bytes_unref);
  g_clear_pointer (&command->graph, g_variant_unref);
  g_clear_pointer (&command->setup, g_variant_unref);
  g_clear_pointer (&command->cuts, g_array_unref);
  g_free (command);
}

CjRunLog *
cj_run_log_new (void)
{
  CjRunLog *self = g_new0 (CjRunLog, 1);

  self->commands = g_ptr_array_new_with_free_func (unref_command);
  return self;
}

void
cj_run_log_free (CjRunLog *self)
{
  g_ptr_array_unref (self->commands);
  g_free (self);
}

static CjCommand *
append (CjRunLog *self, guint64 step)
{
  CjCommand *command = g_new0 (CjCommand, 1);

  command->ref_count = 1;
  command->step = step;
  g_ptr_array_add (self->commands, command);
  return command;
}

void
cj_run_log_add_value (CjRunLog *self, guint64 step, const char *name, const char *text)
{
  CjCommand *command = append (self, step);

  command->name = g_strdup (name);
  command->text = g_strdup (text);
}

void
cj_run_log_add_numbers (CjRunLog *self, guint64 step, const char *name, GBytes *numbers)
{
  CjCommand *command = append (self, step);

  command->name = g_strdup (name);
  command->numbers = g_bytes_ref (numbers);
}

void
cj_run_log_add_flags (CjRunLog *self, guint64 step, const char *name, GBytes *flags)
{
  CjCommand *command = append (self, step);

  command->name = g_strdup (name);
  command->flags = g_bytes_ref (flags);
}

void
cj_run_log_add_network (CjRunLog *self, guint64 step, GVariant *graph, GVariant *setup,
                        const GArray *cuts)
{
  CjCommand *command = append (self, step);

  command->graph = cj_variant_settle (g_variant_ref_sink (graph));
  command->setup = cj_variant_settle (g_variant_ref_sink (setup));
  command->cuts = cj_unit_cuts_new ();
  for (guint i = 0; cuts != NULL && i < cuts->len; i++)
    {
      const CjUnitCut *cut = &g_array_index (cuts, CjUnitCut, i);

      cj_unit_cuts_add (command->cuts, cut->node, cut->unit);
    }
}

CjRunLog *
cj_run_log_dup (const CjRunLog *self)
{
  CjRunLog *copy = cj_run_log_new ();

  copy->fresh = self->fresh;
  copy->began = self->began;
  for (guint i = 0; i < self->commands->len; i++)
    {
      CjCommand *command = self->commands->pdata[i];

      g_atomic_int_inc (&command->ref_count);
      g_ptr_array_add (copy->commands, command);
    }
  return copy;
}

const CjCommand *
cj_run_log_get (const CjRunLog *self, guint index)
{
  return self->commands->pdata[index];
}

guint
cj_run_log_count (const CjRunLog *self, guint64 step, gboolean with_step)
{
  guint n = MIN (1, self->commands->len);

  while (n < self->commands->len
         && (cj_run_log_get (self, n)->step < step
             || (with_step && cj_run_log_get (self, n)->step == step)))
    n++;
  return n;
}

/* The last network among the first `n_commands`. */
static const CjCommand *
get_network (const CjRunLog *self, guint n_commands)
{
  g_return_val_if_fail (n_commands >= 1 && n_commands <= self->commands->len, NULL);
  while (cj_run_log_get (self, n_commands - 1)->graph == NULL)
    n_commands--;
  return cj_run_log_get (self, n_commands - 1);
}

CjTrainSetup *
cj_run_log_make_setup (const CjRunLog *self, guint n_commands, GError **error)
{
  g_autoptr (CjTrainSetup) setup = cj_train_setup_new ();
  guint from = n_commands;

  while (cj_run_log_get (self, from - 1)->graph == NULL)
    from--;
  if (!cj_train_setup_load (setup, cj_run_log_get (self, from - 1)->setup, error))
    return NULL;
  for (guint i = from; i < n_commands; i++)
    {
      const CjCommand *command = cj_run_log_get (self, i);

      if (command->text != NULL && !cj_train_setup_set (setup, command->name, command->text, error))
        return NULL;
    }
  return g_steal_pointer (&setup);
}

CjGraph *
cj_run_log_make_graph (const CjRunLog *self, guint n_commands, GError **error)
{
  g_autoptr (CjGraph) graph = cj_graph_new ();

  if (!cj_graph_load (graph, get_network (self, n_commands)->graph, error))
    return NULL;
  return g_steal_pointer (&graph);
}

void
cj_run_log_cut (CjRunLog *self, guint n_commands)
{
  if (n_commands < self->commands->len)
    g_ptr_array_set_size (self->commands, (int) n_commands);
}

/* Little-endian float32 as base64: exact, and a third longer than the bytes. */
static GVariant *
print_numbers (GBytes *numbers)
{
  gsize size;
  gconstpointer data = g_bytes_get_data (numbers, &size);
  g_autofree guint32 *swapped = g_memdup2 (data, size);
  g_autofree char *text = NULL;

  for (gsize i = 0; i < size / sizeof (guint32); i++)
    swapped[i] = GUINT32_TO_LE (swapped[i]);
  text = g_base64_encode ((const guchar *) swapped, size);
  return g_variant_new_string (text);
}

/* NULL for what is no row of numbers. */
static GBytes *
parse_numbers (const char *text)
{
  gsize size = 0;
  g_autofree guint32 *numbers = (guint32 *) g_base64_decode (text, &size);

  if (size == 0 || size % sizeof (guint32) != 0)
    return NULL;
  for (gsize i = 0; i < size / sizeof (guint32); i++)
    numbers[i] = GUINT32_FROM_LE (numbers[i]);
  return g_bytes_new_take (g_steal_pointer (&numbers), size);
}

static GVariant *
print_flags (GBytes *flags)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (flags, &size);
  g_autofree char *text = g_base64_encode (data, size);

  return g_variant_new_string (text);
}

static GBytes *
parse_flags (const char *text)
{
  gsize size = 0;
  g_autofree guchar *flags = g_base64_decode (text, &size);

  return size > 0 ? g_bytes_new_take (g_steal_pointer (&flags), size) : NULL;
}

static GVariant *
save_command (const CjCommand *command)
{
  GVariantBuilder cuts;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "step", "x", (gint64) command->step);
  if (command->graph == NULL)
    {
      g_variant_dict_insert (&dict, "name", "s", command->name);
      if (command->text != NULL)
        g_variant_dict_insert (&dict, "text", "s", command->text);
      else if (command->numbers != NULL)
        g_variant_dict_insert_value (&dict, "numbers", print_numbers (command->numbers));
      else
        g_variant_dict_insert_value (&dict, "flags", print_flags (command->flags));
      return g_variant_dict_end (&dict);
    }
  g_variant_dict_insert_value (&dict, "graph", command->graph);
  g_variant_dict_insert_value (&dict, "setup", command->setup);
  g_variant_builder_init (&cuts, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < command->cuts->len; i++)
    {
      const CjUnitCut *cut = &g_array_index (command->cuts, CjUnitCut, i);
      GVariantDict one;

      g_variant_dict_init (&one, NULL);
      g_variant_dict_insert (&one, "node", "s", cut->node);
      g_variant_dict_insert (&one, "unit", "x", (gint64) cut->unit);
      g_variant_builder_add (&cuts, "v", g_variant_dict_end (&one));
    }
  g_variant_dict_insert_value (&dict, "cuts", g_variant_builder_end (&cuts));
  return g_variant_dict_end (&dict);
}

GVariant *
cj_run_log_save (const CjRunLog *self)
{
  GVariantBuilder list;
  GVariantDict dict;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < self->commands->len; i++)
    g_variant_builder_add (&list, "v", save_command (cj_run_log_get (self, i)));
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "fresh", "b", self->fresh);
  if (self->began > 0)
    g_variant_dict_insert (&dict, "began", "x", self->began);
  g_variant_dict_insert_value (&dict, "commands", g_variant_builder_end (&list));
  return g_variant_dict_end (&dict);
}

static GArray *
load_cuts (GVariant *command)
{
  GArray *cuts = cj_unit_cuts_new ();
  g_autoptr (GVariant) list = g_variant_lookup_value (command, "cuts", G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *item;

  if (list == NULL)
    return cuts;
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      g_autoptr (GVariant) owned = item;
      const char *node;
      gint64 unit;

      if (g_variant_is_of_type (item, G_VARIANT_TYPE_VARDICT)
          && g_variant_lookup (item, "node", "&s", &node)
          && g_variant_lookup (item, "unit", "x", &unit))
        cj_unit_cuts_add (cuts, node, (guint) CLAMP (unit, 0, G_MAXINT32));
    }
  return cuts;
}

static gboolean
load_command (CjRunLog *self, GVariant *data)
{
  g_autoptr (GVariant) graph = NULL, setup = NULL;
  const guint n = self->commands->len;
  const char *name, *text;
  g_autoptr (GBytes) numbers = NULL, flags = NULL;
  gint64 step;

  if (!g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (data, "step", "x", &step) || step < 0
      || (n > 0 && cj_run_log_get (self, n - 1)->step > (guint64) step))
    return FALSE;
  graph = g_variant_lookup_value (data, "graph", G_VARIANT_TYPE ("av"));
  setup = g_variant_lookup_value (data, "setup", G_VARIANT_TYPE_VARDICT);
  if (graph != NULL && setup != NULL)
    {
      g_autoptr (GArray) cuts = load_cuts (data);

      cj_run_log_add_network (self, (guint64) step, graph, setup, cuts);
      return TRUE;
    }
  if (n == 0 || !g_variant_lookup (data, "name", "&s", &name))
    return FALSE;
  if (g_variant_lookup (data, "numbers", "&s", &text))
    {
      numbers = parse_numbers (text);
      if (numbers != NULL)
        cj_run_log_add_numbers (self, (guint64) step, name, numbers);
      return numbers != NULL;
    }
  if (g_variant_lookup (data, "flags", "&s", &text))
    {
      flags = parse_flags (text);
      if (flags != NULL)
        cj_run_log_add_flags (self, (guint64) step, name, flags);
      return flags != NULL;
    }
  if (!g_variant_lookup (data, "text", "&s", &text))
    return FALSE;
  cj_run_log_add_value (self, (guint64) step, name, text);
  return TRUE;
}

CjRunLog *
cj_run_log_load (GVariant *data, GError **error)
{
  g_autoptr (CjRunLog) self = cj_run_log_new ();
  g_autoptr (GVariant) list = NULL;
  gboolean good;

  list = g_variant_is_of_type (data, G_VARIANT_TYPE_VARDICT)
             ? g_variant_lookup_value (data, "commands", G_VARIANT_TYPE ("av"))
             : NULL;
  good = list != NULL && g_variant_n_children (list) > 0
         && g_variant_n_children (list) <= CJ_RUN_LOG_MAX;
  for (gsize i = 0; good && i < g_variant_n_children (list); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (list, i);
      g_autoptr (GVariant) command = g_variant_get_variant (boxed);

      good = load_command (self, command);
    }
  if (!good)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The log of the run is damaged: its steps cannot be computed again."));
      return NULL;
    }
  g_variant_lookup (data, "fresh", "b", &self->fresh);
  g_variant_lookup (data, "began", "x", &self->began);
  return g_steal_pointer (&self);
}
