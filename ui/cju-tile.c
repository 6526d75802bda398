/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-tile.h"

#include "cju-access.h"
#include "cju-picture.h"
#include "cju-task.h"

#include <glib/gi18n-lib.h>

#define SIDE 64
#define N_VALUES 4 /* of a row that are printed */
#define N_LETTERS 24

struct _CjuTile
{
  GtkWidget parent;
  GtkWidget *box, *stack, *picture, *values, *class;
  CjdDataset *dataset;
  gsize sample;
};

G_DEFINE_FINAL_TYPE (CjuTile, cju_tile, GTK_TYPE_WIDGET)

char *
cju_tile_print_class (const CjdDataset *dataset, gsize sample)
{
  const gint32 class = cjd_dataset_get_class (dataset, sample);

  if (class < 0 || (guint) class >= dataset->n_classes)
    return g_strdup ("?");
  return dataset->class_names != NULL ? g_strdup (dataset->class_names[class])
                                      : g_strdup_printf ("%d", class);
}

gboolean
cju_tile_has_letters (const CjdDataset *dataset)
{
  if (dataset->x_dtype != CJ_INT32)
    return FALSE;
  for (guint i = 0; dataset->class_names != NULL && i < dataset->n_classes; i++)
    if (g_utf8_strlen (dataset->class_names[i], -1) != 1)
      return FALSE;
  return dataset->class_names != NULL;
}

char *
cju_tile_print_symbols (const CjdDataset *dataset, const gint32 *symbols, gsize n)
{
  const gboolean letters = cju_tile_has_letters (dataset);
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    if (letters && symbols[i] >= 0 && symbols[i] < (gint32) dataset->n_classes)
      g_string_append (text, dataset->class_names[symbols[i]]);
    else
      g_string_append_printf (text, "%s%d", i > 0 ? " " : "", symbols[i]);
  return g_string_free (text, FALSE);
}

char *
cju_tile_print_values (const CjdDataset *dataset, gsize sample, gsize n)
{
  const CjShape shape = cjd_dataset_get_x_shape (dataset);
  const gsize size = MIN (n, (gsize) cj_shape_size (&shape));
  g_autofree guint8 *stored = g_malloc0 (cjd_dataset_sample_bytes (dataset) + 1);
  GString *text = g_string_new (NULL);

  if (!cjd_dataset_read (dataset, sample, stored, NULL))
    return g_string_free (text, FALSE);
  if (dataset->x_dtype == CJ_INT32)
    {
      g_string_free (text, TRUE);
      return g_strdelimit (cju_tile_print_symbols (dataset, (const gint32 *) stored, size), "\n",
                           ' ');
    }
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, "%s%.3g", i > 0 ? " " : "",
                            dataset->x_dtype == CJ_UINT8 ? (double) stored[i]
                                                         : (double) ((const float *) stored)[i]);
  return g_string_free (text, FALSE);
}

static void
show_picture (CjuTile *self, const CjTensor *x)
{
  g_autoptr (GdkPaintable) texture
      = x != NULL ? cju_picture_new (x, TRUE, TRUE, SIDE, SIDE, FALSE) : NULL;

  gtk_image_set_from_paintable (GTK_IMAGE (self->picture), texture);
}

/* A sample on its way from its file. */
typedef struct
{
  CjdDataset *dataset;
  gsize sample;
} Reading;

static void
free_reading (gpointer data)
{
  Reading *reading = data;

  cjd_dataset_unref (reading->dataset);
  g_free (reading);
}

static void
read_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Reading *reading = data;

  (void) source;
  (void) cancellable;
  g_task_return_pointer (task, cju_picture_read (reading->dataset, reading->sample),
                         (GDestroyNotify) cj_tensor_unref);
}

static void
read_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuTile *self = CJU_TILE (object);
  const Reading *reading = g_task_get_task_data (G_TASK (result));
  g_autoptr (CjTensor) x = g_task_propagate_pointer (G_TASK (result), NULL);

  (void) data;
  if (self->box != NULL && self->dataset == reading->dataset && self->sample == reading->sample)
    show_picture (self, x);
}

static void
read_later (CjuTile *self)
{
  Reading *reading = g_new0 (Reading, 1);
  g_autoptr (GTask) task = cju_task_new (self, NULL, read_done, NULL);

  reading->dataset = cjd_dataset_ref (self->dataset);
  reading->sample = self->sample;
  g_task_set_task_data (task, reading, free_reading);
  g_task_run_in_thread (task, read_thread);
}

void
cju_tile_show (CjuTile *self, CjdDataset *dataset, gsize sample)
{
  g_autofree char *class = NULL, *words = NULL;
  const gboolean same = self->dataset != NULL && dataset != NULL && self->sample == sample
                        && self->dataset->x == dataset->x && self->dataset->base == dataset->base;
  gboolean out;

  if (dataset != NULL)
    cjd_dataset_ref (dataset);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  self->dataset = dataset;
  self->sample = sample;
  if (dataset == NULL)
    return;
  out = dataset->split[sample] == CJD_SPLIT_OUT;
  class = cju_tile_print_class (dataset, sample);
  words = g_strdup_printf (out ? _ ("Sample %u, %s, left out") : _ ("Sample %u, %s"),
                           (guint) sample, class);
  gtk_label_set_text (GTK_LABEL (self->class), class);
  cju_access_tip (GTK_WIDGET (self), words);
  cju_access_name (GTK_WIDGET (self), words);
  if (out)
    gtk_widget_add_css_class (GTK_WIDGET (self), "left-out");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "left-out");
  if (same)
    return;
  if (dataset->x_shape.n_dims == 4)
    {
      gtk_stack_set_visible_child (GTK_STACK (self->stack), self->picture);
      gtk_image_clear (GTK_IMAGE (self->picture));
      if (dataset->x == NULL)
        read_later (self);
      else
        {
          g_autoptr (CjTensor) x = cju_picture_read (dataset, sample);

          show_picture (self, x);
        }
    }
  else
    {
      const gboolean symbols = dataset->x_dtype == CJ_INT32;
      g_autofree char *values
          = cju_tile_print_values (dataset, sample, symbols ? N_LETTERS : N_VALUES);

      gtk_stack_set_visible_child (GTK_STACK (self->stack), self->values);
      gtk_label_set_text (GTK_LABEL (self->values), values);
    }
}

gsize
cju_tile_get_sample (CjuTile *self)
{
  return self->sample;
}

static void
cju_tile_dispose (GObject *object)
{
  CjuTile *self = CJU_TILE (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->dataset, cjd_dataset_unref);
  G_OBJECT_CLASS (cju_tile_parent_class)->dispose (object);
}

static void
cju_tile_class_init (CjuTileClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_tile_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (class), "sampletile");
}

static void
cju_tile_init (CjuTile *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  self->stack = gtk_stack_new ();
  self->picture = gtk_image_new ();
  self->values = gtk_label_new (NULL);
  self->class = gtk_label_new (NULL);
  gtk_image_set_pixel_size (GTK_IMAGE (self->picture), SIDE);
  gtk_widget_set_size_request (self->stack, SIDE, SIDE);
  gtk_label_set_ellipsize (GTK_LABEL (self->values), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->values), 8);
  gtk_label_set_lines (GTK_LABEL (self->values), N_VALUES);
  gtk_label_set_wrap (GTK_LABEL (self->values), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->values), PANGO_WRAP_CHAR);
  gtk_label_set_ellipsize (GTK_LABEL (self->class), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (self->class), 8);
  gtk_widget_add_css_class (self->values, "caption");
  gtk_widget_add_css_class (self->class, "caption");
  gtk_stack_add_child (GTK_STACK (self->stack), self->picture);
  gtk_stack_add_child (GTK_STACK (self->stack), self->values);
  gtk_box_append (GTK_BOX (self->box), self->stack);
  gtk_box_append (GTK_BOX (self->box), self->class);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

GtkWidget *
cju_tile_new (void)
{
  return g_object_new (CJU_TYPE_TILE, NULL);
}
