/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Options of the command line that are made from tables of parameters. */
#include "cli.h"

#include <glib/gi18n-lib.h>

static gboolean
has_name (const GPtrArray *params, const char *name)
{
  for (guint i = 0; i < params->len; i++)
    if (g_str_equal (((const CjParam *) params->pdata[i])->name, name))
      return TRUE;
  return FALSE;
}

/* What stands behind the equals sign in the help. */
static const char *
get_word (const CjParam *param)
{
  return param->unit != NULL              ? param->unit
         : param->kind == CJ_PARAM_CHOICE ? N_ ("WORD")
         : param->kind == CJ_PARAM_INT    ? "N"
         : param->kind == CJ_PARAM_FLOAT  ? "X"
                                          : N_ ("TEXT");
}

void
cli_options_init (CliOptions *self, const GOptionEntry *fixed, const CjParam *const *tables)
{
  const GOptionEntry end = { NULL };

  self->entries = g_array_new (FALSE, TRUE, sizeof (GOptionEntry));
  self->params = g_ptr_array_new ();
  for (; fixed->long_name != NULL; fixed++)
    g_array_append_vals (self->entries, fixed, 1);
  for (; *tables != NULL; tables++)
    for (const CjParam *p = *tables; p->name != NULL; p++)
      if (!has_name (self->params, p->name))
        g_ptr_array_add (self->params, (gpointer) p);
  self->texts = g_new0 (char *, self->params->len + 1);
  self->flags = g_new0 (gboolean, self->params->len + 1);
  for (guint i = 0; i < self->params->len; i++)
    {
      const CjParam *p = self->params->pdata[i];
      const gboolean flag = p->kind == CJ_PARAM_BOOL;
      const GOptionEntry entry
          = { .long_name = p->name,
              .arg = flag ? G_OPTION_ARG_NONE : G_OPTION_ARG_STRING,
              .arg_data = flag ? (gpointer) &self->flags[i] : (gpointer) &self->texts[i],
              .description = p->blurb,
              .arg_description = flag ? NULL : get_word (p) };

      g_array_append_val (self->entries, entry);
    }
  g_array_append_val (self->entries, end);
}

gboolean
cli_options_take (const CliOptions *self, const CliCommand *command, const char *what,
                  const CjParam *table, gpointer values)
{
  for (guint i = 0; i < self->params->len; i++)
    {
      const char *name = ((const CjParam *) self->params->pdata[i])->name;
      const char *text = self->flags[i] ? "true" : self->texts[i];
      g_autoptr (GError) error = NULL;

      if (text == NULL)
        continue;
      if (table == NULL || cj_params_find (table, name) == NULL)
        {
          g_printerr (_ ("cajal-cli %s: --%s means nothing for %s. Leave it out.\n"), command->name,
                      name, what);
          return FALSE;
        }
      if (!cj_params_parse (table, values, name, text, &error))
        {
          g_printerr ("cajal-cli %s: --%s: %s\n", command->name, name, error->message);
          return FALSE;
        }
    }
  return TRUE;
}

void
cli_options_clear (CliOptions *self)
{
  for (guint i = 0; self->params != NULL && i < self->params->len; i++)
    g_free (self->texts[i]);
  g_clear_pointer (&self->texts, g_free);
  g_clear_pointer (&self->flags, g_free);
  g_clear_pointer (&self->params, g_ptr_array_unref);
  g_clear_pointer (&self->entries, g_array_unref);
}
