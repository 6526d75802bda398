/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-figure-out.h"

#include "cjl-figure-file.h"
#include "cju-task.h"
#include "cju-view-state.h"

#include <glib/gi18n-lib.h>

CjuOrigin
cju_origin_new (CjuDocument *document)
{
  const CjlProject *project = cju_document_get_project (document);
  CjlSession *session = cju_document_get_session (document);
  CjuOrigin origin = { .step = (gint64) cju_document_get_state (document).step };

  origin.project = session != NULL ? cjl_session_dup_project (session)
                                   : cjl_project_dup_for_worker ((CjlProject *) project);
  g_free (origin.project->title);
  origin.project->title = g_strdup (project->title);
  g_free (origin.project->uuid);
  origin.project->uuid = g_strdup (project->uuid);
  return origin;
}

void
cju_origin_clear (CjuOrigin *origin)
{
  g_clear_pointer (&origin->project, cjl_project_unref);
  g_clear_pointer (&origin->source, g_variant_unref);
}

typedef struct
{
  CjvPlate *plate;
  CjuOrigin origin;
  char *path;
  gboolean data;
  CjuWritten written;
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  cjv_plate_free (work->plate);
  cju_origin_clear (&work->origin);
  g_free (work->path);
  g_free (work);
}

static void
write_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  GError *error = NULL;

  (void) source;
  (void) cancellable;
  if (work->origin.project != NULL && work->origin.source == NULL)
    work->origin.source = cjl_source_new (work->origin.project, work->origin.step);
  if (cjl_figure_save (work->plate, work->origin.source, work->path, &error)
      && (!work->data
          || cjl_figure_save_data (work->plate, work->origin.source, work->path, &error)))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_written (GObject *object, GAsyncResult *result, gpointer data)
{
  const Work *work = g_task_get_task_data (G_TASK (result));
  g_autoptr (GError) error = NULL;

  (void) data;
  g_task_propagate_boolean (G_TASK (result), &error);
  work->written (object, work->path, error != NULL ? error->message : NULL);
}

void
cju_figure_write (CjvPlate *plate, CjuOrigin origin, const char *path, gboolean data,
                  gpointer object, CjuWritten written)
{
  g_autoptr (GTask) task = cju_task_new (object, NULL, on_written, NULL);
  Work *work = g_new (Work, 1);

  *work = (Work){ plate, origin, g_strdup (path), data, written };
  g_task_set_task_data (task, work, free_work);
  g_task_run_in_thread (task, write_thread);
}

/* Which view it was, and what it looked at. */
static GVariant *
describe_view (CjuView *view)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };
  CjuDocument *document = cju_view_get_document (view);
  const CjNode *node = cju_document_get_selected (document);
  const CjuUnit unit = cju_document_get_unit (document);
  g_autoptr (GVariant) controls = cju_view_save_controls (view);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "view", "s", cju_view_get_info (view)->id);
  g_variant_dict_insert (&dict, "step", "x", (gint64) cju_document_get_state (document).step);
  if (node != NULL)
    g_variant_dict_insert (&dict, "node", "s", node->id);
  if (unit.node != NULL)
    {
      g_variant_dict_insert (&dict, "unit-of", "s", unit.node);
      g_variant_dict_insert (&dict, "unit", "x", unit.unit);
      g_variant_dict_insert (&dict, "unit-row", "x", unit.row);
      g_variant_dict_insert (&dict, "unit-column", "x", unit.column);
    }
  if (cju_document_get_own (document) == NULL)
    {
      g_variant_dict_insert (&dict, "split", "s", splits[cju_document_get_split (document)]);
      g_variant_dict_insert (&dict, "sample", "x", (gint64) cju_document_get_sample (document));
    }
  else
    g_variant_dict_insert (&dict, "own-sample", "s", cju_document_get_own_name (document));
  if (g_variant_n_children (controls) > 0)
    g_variant_dict_insert_value (&dict, "controls", controls);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

CjvPlate *
cju_view_dup_plate (CjuView *view)
{
  CjuFigureView *figure = cju_view_get_figure (view);
  CjvPlate *plate = cju_figure_view_dup_plate (figure);

  if (plate != NULL)
    ((CjvPanel *) plate->panels->pdata[0])->about = describe_view (view);
  return plate;
}
