/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-view-tools.h"

#include "cju-access.h"

#include <glib/gi18n-lib.h>
#include <math.h>

void
cju_view_name_control (GtkWidget *control, const char *words)
{
  cju_access_tip (control, words);
  cju_access_name (control, words);
}

GtkWidget *
cju_view_add_list (CjuView *view, const char *const *items, const char *words)
{
  GtkWidget *list = gtk_drop_down_new_from_strings (items);

  cju_view_name_control (list, words);
  cju_view_add_control (view, list);
  return list;
}

GtkWidget *
cju_view_add_number (CjuView *view, const char *name, const char *tip, double least, double most,
                     double step)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (name),
            *spin = gtk_spin_button_new_with_range (least, most, step);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (spin), 4);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (spin), 4);
  cju_access_name (spin, name);
  cju_access_tip (spin, tip);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), spin);
  cju_view_add_control (view, box);
  return spin;
}

gboolean
cju_view_has_pictures (CjuDocument *document)
{
  const CjdDataset *dataset = cju_document_get_dataset (document);

  return dataset != NULL && dataset->x_dtype != CJ_INT32
         && cjd_dataset_get_x_shape (dataset).n_dims == 3;
}

/* --- a layer --- */

void
cju_layer_choice_build (CjuLayerChoice *self, CjuView *view, const char *words)
{
  self->drop = gtk_drop_down_new (NULL, NULL);
  cju_view_name_control (self->drop, words);
  cju_view_add_control (view, self->drop);
}

void
cju_layer_choice_clear (CjuLayerChoice *self)
{
  g_clear_pointer (&self->nodes, g_strfreev);
}

const char *
cju_layer_choice_get (const CjuLayerChoice *self)
{
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->drop));

  return self->nodes != NULL && at < g_strv_length (self->nodes) ? self->nodes[at] : NULL;
}

int
cju_layer_choice_get_index (const CjuLayerChoice *self)
{
  return cju_layer_choice_get (self) != NULL
             ? (int) gtk_drop_down_get_selected (GTK_DROP_DOWN (self->drop))
             : -1;
}

void
cju_layer_choice_set (CjuLayerChoice *self, const char *id)
{
  for (guint i = 0; self->nodes != NULL && self->nodes[i] != NULL; i++)
    if (g_str_equal (self->nodes[i], id))
      gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop), i);
}

/* Layers that give numbers for each sample. */
static GStrv
list_layers (CjuDocument *document, const CjuLayerChoice *self)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (document);
  GStrvBuilder *builder = g_strv_builder_new ();
  GStrv names;

  for (guint i = 0; lowered != NULL && i < MIN (graph->nodes->len, lowered->n_nodes); i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const CjShape *shape = lowered->nodes[i].valid && lowered->nodes[i].n_out > 0
                                 ? cj_builder_get_shape (lowered->builder, lowered->nodes[i].out[0])
                                 : NULL;
      const gboolean wanted = self->no_input || self->maps ? node->layer->role == CJ_ROLE_LAYER
                                                           : node->layer->role != CJ_ROLE_LOSS;

      if (shape != NULL && wanted && shape->n_dims >= 2
          && (!self->maps || (shape->n_dims == 4 && shape->dims[2] * shape->dims[3] > 1)))
        g_strv_builder_add (builder, node->id);
    }
  names = g_strv_builder_end (builder);
  g_strv_builder_unref (builder);
  return names;
}

/* What goes into the last layer. */
static guint
find_preset (CjuDocument *document, GStrv nodes)
{
  const CjNode *last = cju_document_find_prediction (document);
  const CjNode *before = last != NULL ? last->from[0].node : NULL;

  for (guint i = 0; before != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], before->id))
      return i;
  return 0;
}

gboolean
cju_layer_choice_follow (CjuLayerChoice *self, CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  GStrv nodes = self->list != NULL ? self->list (view) : list_layers (document, self);
  g_autofree char *chosen = g_strdup (cju_layer_choice_get (self));
  guint preset;

  if (self->nodes != NULL
      && g_strv_equal ((const char *const *) self->nodes, (const char *const *) nodes))
    {
      g_strfreev (nodes);
      return FALSE;
    }
  g_strfreev (self->nodes);
  self->nodes = nodes;
  preset = (self->preset != NULL ? self->preset : find_preset) (document, nodes);
  for (guint i = 0; chosen != NULL && nodes[i] != NULL; i++)
    if (g_str_equal (nodes[i], chosen))
      preset = i;
  {
    g_autoptr (GtkStringList) list = gtk_string_list_new ((const char *const *) nodes);

    gtk_drop_down_set_model (GTK_DROP_DOWN (self->drop), G_LIST_MODEL (list));
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->drop), preset);
    gtk_widget_set_visible (self->drop, !self->maps || nodes[0] != NULL);
  }
  return TRUE;
}

/* --- a job --- */

#define SOON 0.5 /* s: what is over by then needs no bar */

static void
show_progress (CjuViewJob *self)
{
  const gboolean busy = self->job != NULL;
  const double left = busy ? cjl_job_get_seconds_left (self->job) : NAN;
  g_autofree char *text = isfinite (left) ? g_strdup_printf (_ ("%.0f s left"), ceil (left)) : NULL;

  if (self->start != NULL)
    {
      gtk_button_set_label (GTK_BUTTON (self->start), busy ? _ ("Stop") : self->label);
      gtk_widget_set_visible (self->progress, busy);
    }
  else /* the room stays: nothing jumps while a network is asked again and again */
    gtk_widget_set_opacity (self->progress, isfinite (left) && left > SOON ? 1 : 0);
  if (!busy)
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress),
                                 cjl_job_get_progress (self->job));
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->progress),
                             text != NULL ? text : _ ("starting"));
}

static void
on_start (GtkWidget *start, gpointer data)
{
  CjuView *view = data;
  CjuViewJob *self = g_object_get_data (G_OBJECT (start), "job");

  if (cju_view_get_state (view) == NULL)
    return;
  if (self->job == NULL)
    {
      g_clear_pointer (&self->failure, g_free);
      self->begin (view);
      return;
    }
  cjl_job_cancel (self->job); /* what there is stays */
  self->halted = TRUE;
}

void
cju_view_job_build (CjuViewJob *self, CjuView *view, const char *label, const char *words,
                    void (*begin) (CjuView *view))
{
  self->label = label;
  self->begin = begin;
  self->progress = gtk_progress_bar_new ();
  cju_view_name_control (self->progress, label != NULL ? _ ("Progress") : words);
  if (label == NULL)
    {
      cju_view_add_control (view, self->progress);
      show_progress (self);
      return;
    }
  self->start = gtk_button_new_with_label (label);
  cju_access_tip (self->start, words);
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->progress), TRUE);
  gtk_widget_set_visible (self->progress, FALSE);
  cju_view_add_control (view, self->start);
  cju_view_add_control (view, self->progress);
  g_object_set_data (G_OBJECT (self->start), "job", self);
  g_signal_connect_object (self->start, "clicked", G_CALLBACK (on_start), view, 0);
}

void
cju_view_job_take (CjuViewJob *self, CjlJob *job)
{
  g_clear_pointer (&self->job, cjl_job_abandon);
  self->job = job;
  self->halted = FALSE;
  show_progress (self);
}

void
cju_view_job_set_label (CjuViewJob *self, const char *label)
{
  self->label = label;
  show_progress (self);
}

gpointer
cju_view_job_poll (CjuViewJob *self, CjuView *view)
{
  gpointer result;
  gboolean done;

  if (self->job == NULL)
    return NULL;
  done = cjl_job_is_done (self->job);
  result = cjl_job_take_result (self->job);
  if (done)
    {
      g_autoptr (GError) error = cjl_job_dup_error (self->job);

      if (error != NULL && g_strcmp0 (error->message, self->failure) != 0)
        {
          g_free (self->failure);
          self->failure = g_strdup (error->message);
          cju_view_tell (view, error->message);
        }
      self->halted = self->halted || error != NULL;
      g_clear_pointer (&self->job, cjl_job_abandon);
    }
  show_progress (self);
  return result;
}

void
cju_view_job_clear (CjuViewJob *self)
{
  g_clear_pointer (&self->job, cjl_job_abandon);
  g_clear_pointer (&self->failure, g_free);
}

CjlNetwork *
cju_view_dup_network (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  CjlSession *session = cju_document_get_session (document);
  g_autoptr (CjCheckpoint) weights
      = session != NULL ? cj_runner_dup_snapshot (cjl_session_get_runner (session)) : NULL;

  if (weights != NULL)
    return cjl_network_new (cju_document_get_project (document)->graph,
                            cju_document_get_dataset (document), weights);
  cju_view_tell (view, _ ("There are no weights yet. Wait until the data is loaded."));
  return NULL;
}
