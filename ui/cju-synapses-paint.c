/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-synapses-private.h"

#include "cju-task.h"

#include <adwaita.h>

/* What a worker paints, and what becomes of it. */
typedef struct
{
  CjvFrame *frame; /* shares the arrays */
  CjvSynapseView view;
  CjvSynapsePlot plot; /* of that frame */
  CjvStyle style;
  int width, height, scale;
  CjvSynapsePick pick;
  guint32 *pixels;
} Work;

static void
free_work (gpointer data)
{
  Work *work = data;

  cjv_synapse_pick_clear (&work->pick);
  cjv_frame_free (work->frame);
  g_free (work->pixels);
  g_free (work);
}

void
cju_painting_clear (CjuPainting *painting)
{
  g_clear_object (&painting->texture);
  g_clear_pointer (&painting->frame, cjv_frame_free);
  cjv_synapse_pick_clear (&painting->pick);
}

static void
paint (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Work *work = data;
  const int width = work->width * work->scale, height = work->height * work->scale;

  (void) source;
  if (!g_cancellable_is_cancelled (cancellable))
    {
      cjv_synapse_plot_pick (&work->plot, &work->view, &work->pick);
      work->pixels = g_new (guint32, (gsize) width * (gsize) height);
      cjv_synapses_paint (&work->pick, &work->plot.from, &work->plot.to, &work->style, work->scale,
                          work->pixels, width, height, (gsize) width);
    }
  g_task_return_boolean (task, TRUE);
}

static void
on_painted (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuSynapses *self = CJU_SYNAPSES (object);
  Work *work = g_task_get_task_data (G_TASK (result));
  const gboolean wanted = !g_cancellable_is_cancelled (self->painting);

  (void) data;
  g_clear_object (&self->painting);
  if (wanted && work->pixels != NULL)
    {
      const int width = work->width * work->scale, height = work->height * work->scale;
      g_autoptr (GBytes) bytes
          = g_bytes_new_take (g_steal_pointer (&work->pixels), 4 * (gsize) width * (gsize) height);

      cju_painting_clear (&self->painted);
      self->painted = (CjuPainting){
        .texture
        = gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, 4 * (gsize) width),
        .frame = cjv_frame_dup (work->frame),
        .view = work->view,
        .pick = work->pick,
        .width = work->width,
        .height = work->height,
      };
      work->pick = (CjvSynapsePick){ 0 };
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  if (self->again)
    cju_synapses_paint (self);
}

void
cju_synapses_paint (CjuSynapses *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  g_autoptr (GTask) task = NULL;
  Work *work;
  CjvScene scene;
  gboolean placed;

  self->again = self->painting != NULL;
  if (self->again || self->frame == NULL || gtk_widget_get_width (widget) < CJU_SYNAPSES_LEFT + 50
      || gtk_widget_get_height (widget) < CJU_SYNAPSES_TOP + 50)
    return;
  work = g_new0 (Work, 1);
  work->frame = cjv_frame_dup (self->frame);
  work->view = self->view;
  scene = cju_synapses_scene (self, &work->style);
  scene.frame = work->frame;
  work->width = (int) scene.width;
  work->height = (int) scene.height;
  work->scale = gtk_widget_get_scale_factor (widget);
  placed = cjv_synapse_plot_init (&work->plot, &scene, &work->view);
  if (!placed)
    {
      free_work (work);
      return;
    }
  self->painting = g_cancellable_new ();
  task = cju_task_new (self, self->painting, on_painted, NULL);
  g_task_set_check_cancellable (task, FALSE);
  g_task_set_task_data (task, work, free_work);
  g_task_run_in_thread (task, paint);
}
