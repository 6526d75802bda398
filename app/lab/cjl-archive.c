/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-archive.h"

#include "cj-error.h"
#include "cjl-json.h"
#include "cjl-project-private.h"
#include "safetensors.h"
#include "zip.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

void
cjl_past_run_free (CjlPastRun *run)
{
  g_free (run->id);
  g_free (run->name);
  g_free (run->note);
  g_clear_pointer (&run->settings, g_variant_unref);
  g_clear_pointer (&run->epochs, g_array_unref);
  g_free (run);
}

void
cjl_difference_free (CjlDifference *difference)
{
  g_free (difference->name);
  g_free (difference->one);
  g_free (difference->two);
  g_free (difference);
}

static char *
dup_piece_name (const char *id, const char *kind)
{
  return g_strconcat ("runs/", id, kind, NULL);
}

GVariant *
cjl_archive_dup_settings (CjlProject *project)
{
  g_autoptr (GVariant) rest = g_variant_ref_sink (cjl_project_save_rest (project));
  g_autoptr (GVariant) training = g_variant_lookup_value (rest, "training", NULL);
  g_autoptr (GVariant) data = g_variant_lookup_value (rest, "data", NULL);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "graph", cj_graph_save (project->graph));
  g_variant_dict_insert_value (&dict, "training", training);
  g_variant_dict_insert_value (&dict, "data", data);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

/* --- reading --- */

static GVariant *
read_json (CjlProject *project, const char *id)
{
  g_autofree char *name = dup_piece_name (id, ".json");
  g_autoptr (GBytes) bytes = cjd_pieces_dup (project->archive, name);
  g_autoptr (GVariant) root = bytes != NULL
                                  ? cjl_json_parse (g_bytes_get_data (bytes, NULL),
                                                    (gssize) g_bytes_get_size (bytes), NULL)
                                  : NULL;

  return root != NULL && g_variant_is_of_type (root, G_VARIANT_TYPE_VARDICT)
             ? g_steal_pointer (&root)
             : NULL;
}

static GArray *
read_epochs (GVariant *root)
{
  g_autoptr (CjlProject) carrier = cjl_project_new ();
  GVariant *history = g_variant_lookup_value (root, "history", G_VARIANT_TYPE ("av"));

  if (history != NULL)
    {
      g_variant_unref (carrier->history);
      carrier->history = history;
    }
  return cjl_project_read_history (carrier);
}

/* NULL for an entry without a run. */
static CjlPastRun *
read_run (CjlProject *project, GVariant *entry)
{
  const char *id, *name = "", *note = "";
  g_autoptr (GVariant) root = NULL, settings = NULL;
  CjlPastRun *run;
  gint64 steps = 0;

  if (!g_variant_is_of_type (entry, G_VARIANT_TYPE_VARDICT)
      || !g_variant_lookup (entry, "id", "&s", &id))
    return NULL;
  root = read_json (project, id);
  settings
      = root != NULL ? g_variant_lookup_value (root, "settings", G_VARIANT_TYPE_VARDICT) : NULL;
  if (settings == NULL)
    return NULL;
  g_variant_lookup (entry, "name", "&s", &name);
  g_variant_lookup (entry, "note", "&s", &note);
  run = g_new0 (CjlPastRun, 1);
  run->id = g_strdup (id);
  run->name = g_strdup (name);
  run->note = g_strdup (note);
  g_variant_lookup (root, "when", "x", &run->when);
  g_variant_lookup (root, "seconds", "d", &run->seconds);
  g_variant_lookup (root, "steps", "x", &steps);
  run->steps = (guint64) MAX (steps, 0);
  run->settings = g_steal_pointer (&settings);
  run->epochs = read_epochs (root);
  return run;
}

GPtrArray *
cjl_archive_list (CjlProject *project)
{
  GPtrArray *runs = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_past_run_free);

  for (gsize i = g_variant_n_children (project->runs); i-- > 0;)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (project->runs, i);
      g_autoptr (GVariant) entry = g_variant_get_variant (boxed);
      CjlPastRun *run = read_run (project, entry);

      if (run != NULL)
        g_ptr_array_add (runs, run);
    }
  return runs;
}

CjlPastRun *
cjl_archive_describe (CjlProject *project, const GArray *epochs, guint64 steps, double seconds)
{
  CjlPastRun *run = g_new0 (CjlPastRun, 1);

  run->when = g_get_real_time () / G_USEC_PER_SEC;
  run->steps = steps;
  run->seconds = seconds;
  run->settings = cjl_archive_dup_settings (project);
  run->epochs = g_array_copy ((GArray *) epochs);
  return run;
}

GPtrArray *
cjl_archive_read_weights (CjlProject *project, const char *id, GError **error)
{
  g_autofree char *name = dup_piece_name (id, ".safetensors");
  g_autoptr (GBytes) bytes = cjd_pieces_dup (project->archive, name);

  if (bytes != NULL)
    return cjd_safetensors_parse (bytes, error);
  g_set_error (error, CJ_ERROR, CJ_ERROR_FILE, _ ("The weights of this run are no longer there."));
  return NULL;
}

/* --- changing --- */

/* The list with one entry put in place of that of `id`; NULL: without it. At the end if there is none.
 * Sinks the entry. */
static void
put_entry (CjlProject *project, const char *id, GVariant *entry)
{
  GVariantBuilder list;
  gboolean found = FALSE;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (gsize i = 0; i < g_variant_n_children (project->runs); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (project->runs, i);
      g_autoptr (GVariant) old = g_variant_get_variant (boxed);
      const char *its = "";

      if (g_variant_is_of_type (old, G_VARIANT_TYPE_VARDICT))
        g_variant_lookup (old, "id", "&s", &its);
      if (!g_str_equal (its, id))
        g_variant_builder_add (&list, "v", old);
      else if (entry != NULL)
        g_variant_builder_add (&list, "v", entry);
      found = found || g_str_equal (its, id);
    }
  if (!found && entry != NULL)
    g_variant_builder_add (&list, "v", entry);
  g_variant_unref (project->runs);
  project->runs = g_variant_ref_sink (g_variant_builder_end (&list));
}

static GVariant *
make_entry (const char *id, const char *name, const char *note)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "s", id);
  g_variant_dict_insert (&dict, "name", "s", name);
  if (*note != '\0')
    g_variant_dict_insert (&dict, "note", "s", note);
  return g_variant_dict_end (&dict);
}

/* The number after the highest "Run N". */
static char *
make_name (CjlProject *project)
{
  guint64 highest = 0;

  for (gsize i = 0; i < g_variant_n_children (project->runs); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (project->runs, i);
      g_autoptr (GVariant) entry = g_variant_get_variant (boxed);
      const char *name;

      if (g_variant_is_of_type (entry, G_VARIANT_TYPE_VARDICT)
          && g_variant_lookup (entry, "name", "&s", &name) && g_str_has_prefix (name, "Run "))
        highest = MAX (highest, g_ascii_strtoull (name + 4, NULL, 10));
    }
  return g_strdup_printf (_ ("Run %llu"), (unsigned long long) highest + 1);
}

void
cjl_archive_add (CjlProject *project, GVariant *settings, const CjCheckpoint *weights,
                 const GArray *epochs, double seconds)
{
  g_autofree char *id = g_uuid_string_random (), *name = make_name (project);
  g_autofree char *json_name = dup_piece_name (id, ".json");
  g_autofree char *weights_name = dup_piece_name (id, ".safetensors");
  g_autoptr (GVariant) mine = settings != NULL ? NULL : cjl_archive_dup_settings (project);
  g_autoptr (GVariant) root = NULL;
  g_autoptr (CjlProject) carrier = cjl_project_new ();
  g_autoptr (GPtrArray) tensors = cjl_checkpoint_view_weights (weights);
  GVariantDict dict;
  char *json;

  cjl_project_write_history (carrier, epochs);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "when", "x", g_get_real_time () / G_USEC_PER_SEC);
  g_variant_dict_insert (&dict, "steps", "x", (gint64) weights->at.step);
  g_variant_dict_insert (&dict, "seconds", "d", seconds);
  g_variant_dict_insert_value (&dict, "settings", settings != NULL ? settings : mine);
  g_variant_dict_insert_value (&dict, "history", carrier->history);
  root = g_variant_ref_sink (g_variant_dict_end (&dict));
  json = cjl_json_print (root, FALSE);
  cjd_pieces_add (project->archive, json_name, g_bytes_new_take (json, strlen (json)));
  cjd_pieces_add (project->archive, weights_name, cjd_safetensors_print (tensors));
  put_entry (project, id, make_entry (id, name, ""));
}

/* One entry with another name or note; NULL: as it is. */
static void
change (CjlProject *project, const char *id, const char *name, const char *note, const char *title)
{
  g_autoptr (GPtrArray) runs = cjl_archive_list (project);

  for (guint i = 0; i < runs->len; i++)
    {
      const CjlPastRun *run = runs->pdata[i];

      if (!g_str_equal (run->id, id))
        continue;
      cjl_project_begin (project);
      put_entry (project, id,
                 make_entry (id, name != NULL ? name : run->name, note != NULL ? note : run->note));
      cjl_project_commit (project, title, NULL);
    }
}

void
cjl_archive_rename (CjlProject *project, const char *id, const char *name)
{
  change (project, id, name, NULL, _ ("Rename run"));
}

void
cjl_archive_set_note (CjlProject *project, const char *id, const char *note)
{
  change (project, id, NULL, note, _ ("Note on run"));
}

void
cjl_archive_delete (CjlProject *project, const char *id)
{
  cjl_project_begin (project);
  put_entry (project, id, NULL);
  cjl_project_commit (project, _ ("Delete run"), NULL);
}

gboolean
cjl_archive_restore_settings (CjlProject *project, const char *id, GError **error)
{
  g_autoptr (GVariant) root = read_json (project, id);
  g_autoptr (GVariant) settings
      = root != NULL ? g_variant_lookup_value (root, "settings", G_VARIANT_TYPE_VARDICT) : NULL;
  g_autoptr (GVariant) graph = NULL, data = NULL;
  g_autoptr (CjGraph) drawn = cj_graph_new ();
  GVariantDict dict;
  gboolean done;

  if (settings != NULL)
    graph = g_variant_lookup_value (settings, "graph", G_VARIANT_TYPE ("av"));
  if (graph == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("The settings of this run are no longer there."));
      return FALSE;
    }
  if (!cj_graph_load (drawn, graph, error))
    return FALSE;
  for (guint i = 0; i < drawn->nodes->len; i++)
    {
      CjNode *node = drawn->nodes->pdata[i];
      const CjNode *now = cj_graph_find (project->graph, node->id);

      if (now != NULL)
        cj_graph_move (drawn, node, now->x, now->y);
    }
  data = g_variant_ref_sink (cj_graph_save (drawn));
  cjl_project_begin (project);
  g_variant_dict_init (&dict, settings);
  g_variant_dict_insert_value (&dict, "runs", project->runs);
  {
    g_autoptr (GVariant) rest = g_variant_ref_sink (g_variant_dict_end (&dict));

    done = cj_graph_load (project->graph, data, error)
           && cjl_project_load_rest (project, rest, error);
  }
  cjl_project_commit (project, _ ("Settings of an earlier run"), NULL);
  return done;
}

/* --- looking --- */

double
cjl_past_run_get_score (const CjlPastRun *run)
{
  const CjRunEpoch *last = run->epochs->len > 0
                               ? &g_array_index (run->epochs, CjRunEpoch, run->epochs->len - 1)
                               : NULL;

  if (last == NULL)
    return NAN;
  return isfinite (last->val.accuracy) ? last->val.accuracy : last->train.accuracy;
}

const char *
cjl_past_run_get_setting (const CjlPastRun *run, const char *name)
{
  g_autoptr (GVariant) training
      = g_variant_lookup_value (run->settings, "training", G_VARIANT_TYPE_VARDICT);
  const char *text = NULL;

  if (training != NULL)
    g_variant_lookup (training, name, "&s", &text);
  return text; /* lies in run->settings */
}

static char *
print_value (GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    return g_variant_dup_string (value, NULL);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    return g_strdup_printf ("%g", g_variant_get_double (value));
  return g_variant_print (value, FALSE);
}

/* The members of a dictionary as "PREFIX.NAME" to text; those within dictionaries as well. */
static void
flatten (GHashTable *texts, const char *prefix, GVariant *dict)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned = value;
      const gboolean inner = g_str_equal (name, "params");
      char *full = *prefix == '\0' || inner ? g_strdup (inner ? prefix : name)
                                            : g_strconcat (prefix, ".", name, NULL);

      if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
        {
          flatten (texts, full, value);
          g_free (full);
        }
      else
        g_hash_table_replace (texts, full, print_value (value));
    }
}

/* Every setting of a run by name; where cards stand is none. */
static GHashTable *
list_settings (const CjlPastRun *run)
{
  GHashTable *texts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GVariant) training
      = g_variant_lookup_value (run->settings, "training", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) data
      = g_variant_lookup_value (run->settings, "data", G_VARIANT_TYPE_VARDICT);
  g_autoptr (GVariant) graph
      = g_variant_lookup_value (run->settings, "graph", G_VARIANT_TYPE ("av"));
  static const char *const out[] = { "x", "y", "version", "id" };

  if (training != NULL)
    flatten (texts, "", training);
  if (data != NULL)
    flatten (texts, "data", data);
  for (gsize i = 0; graph != NULL && i < g_variant_n_children (graph); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (graph, i);
      g_autoptr (GVariant) node = g_variant_get_variant (boxed);
      const char *id;

      if (!g_variant_is_of_type (node, G_VARIANT_TYPE_VARDICT)
          || !g_variant_lookup (node, "id", "&s", &id))
        continue;
      flatten (texts, id, node);
      for (guint k = 0; k < G_N_ELEMENTS (out); k++)
        {
          g_autofree char *name = g_strconcat (id, ".", out[k], NULL);

          g_hash_table_remove (texts, name);
        }
    }
  return texts;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(CjlDifference *const *) a)->name, (*(CjlDifference *const *) b)->name);
}

static void
add_differences (GPtrArray *found, GHashTable *mine, GHashTable *theirs, gboolean swapped)
{
  GHashTableIter iter;
  gpointer name, text;

  g_hash_table_iter_init (&iter, mine);
  while (g_hash_table_iter_next (&iter, &name, &text))
    {
      const char *other = g_hash_table_lookup (theirs, name);
      CjlDifference *difference;

      if (g_strcmp0 (text, other) == 0 || (swapped && other != NULL))
        continue;
      difference = g_new0 (CjlDifference, 1);
      difference->name = g_strdup (name);
      difference->one = g_strdup (swapped ? other : text);
      difference->two = g_strdup (swapped ? text : other);
      g_ptr_array_add (found, difference);
    }
}

GPtrArray *
cjl_archive_compare (const CjlPastRun *one, const CjlPastRun *two)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) cjl_difference_free);
  g_autoptr (GHashTable) mine = list_settings (one), theirs = list_settings (two);

  add_differences (found, mine, theirs, FALSE);
  add_differences (found, theirs, mine, TRUE);
  g_ptr_array_sort (found, compare_names);
  return found;
}

void
cjl_archive_print (CjlProject *project, GPtrArray *pieces)
{
  static const char *const kinds[] = { ".json", ".safetensors" };

  for (gsize i = 0; i < g_variant_n_children (project->runs); i++)
    {
      g_autoptr (GVariant) boxed = g_variant_get_child_value (project->runs, i);
      g_autoptr (GVariant) entry = g_variant_get_variant (boxed);
      const char *id = "";

      if (g_variant_is_of_type (entry, G_VARIANT_TYPE_VARDICT))
        g_variant_lookup (entry, "id", "&s", &id);
      for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
        {
          g_autofree char *name = dup_piece_name (id, kinds[k]);
          const CjdPiece *piece = cjd_pieces_find (project->archive, name);

          if (piece != NULL)
            cjd_pieces_share (pieces, name, piece);
        }
    }
}
