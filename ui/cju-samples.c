/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-samples.h"

#include "cju-picture.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define N_SHOWN 32
#define SIDE 40

struct _CjuSamples
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *scroller, *box;
};

G_DEFINE_FINAL_TYPE (CjuSamples, cju_samples, GTK_TYPE_WIDGET)

/* Sample as float [1, C, H, W], or NULL if it is no picture. */
static CjTensor *
read_picture (const CjdDataset *dataset, gsize index)
{
  const CjShape sample = cjd_dataset_get_x_shape (dataset);
  const CjShape one = cj_shape_batched (&sample, 1);
  const gint64 size = cj_shape_size (&sample);
  CjTensor *tensor;

  if (sample.n_dims != 3 || dataset->x->dtype == CJ_INT32)
    return NULL;
  tensor = cj_tensor_new (CJ_FLOAT32, &one);
  for (gint64 i = 0; i < size; i++)
    cj_tensor_f32 (tensor)[i] = dataset->x->dtype == CJ_UINT8
                                    ? ((const guint8 *) dataset->x->data)[(gint64) index * size + i]
                                    : ((const float *) dataset->x->data)[(gint64) index * size + i];
  return tensor;
}

GdkTexture *
cju_samples_draw (const CjdDataset *dataset, int columns, int rows, int tile)
{
  const int width = columns * (tile + 4) + 4, height = rows * (tile + 4) + 4;
  guint32 *pixels;
  g_autoptr (GBytes) bytes = NULL;

  if (cjd_dataset_get_x_shape (dataset).n_dims != 3)
    return NULL;
  pixels = g_new (guint32, (gsize) width * (gsize) height);
  for (int i = 0; i < width * height; i++)
    pixels[i] = 0xff111111;
  for (int i = 0; i < columns * rows; i++)
    {
      const gsize n = cjd_dataset_get_n_samples (dataset);
      g_autoptr (CjTensor) x = read_picture (dataset, (gsize) i % n);
      const gint64 *d = x->shape.dims;
      const int left = 4 + i % columns * (tile + 4), top = 4 + i / columns * (tile + 4);

      cjv_thumbnail_image (x->data, d[1] == 3 ? 3 : 1, d[2], d[3], 0, 255,
                           pixels + (gsize) top * (gsize) width + left, (gsize) width, tile, tile);
    }
  bytes = g_bytes_new_take (pixels, 4 * (gsize) width * (gsize) height);
  return gdk_memory_texture_new (width, height, GDK_MEMORY_DEFAULT, bytes, 4 * (gsize) width);
}

static void
on_clicked (GtkButton *button, gpointer data)
{
  CjuSamples *self = data;

  cju_document_choose_sample (self->document,
                              GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (button), "sample")));
}

static void
mark (CjuSamples *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->box); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      const gsize sample = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (child), "sample"));

      if (sample == cju_document_get_sample (self->document))
        gtk_widget_add_css_class (child, "chosen");
      else
        gtk_widget_remove_css_class (child, "chosen");
    }
}

static GtkWidget *
make_button (CjuSamples *self, const CjdDataset *dataset, gsize sample, gsize index)
{
  GtkWidget *button = gtk_button_new ();
  g_autoptr (CjTensor) x = read_picture (dataset, index);
  g_autoptr (GdkTexture) texture = x != NULL ? cju_picture_new (x, TRUE, TRUE, SIDE, SIDE) : NULL;
  const gint32 class = dataset->y->dtype == CJ_INT32 ? cj_tensor_i32 (dataset->y)[index] : -1;
  const gboolean named
      = class >= 0 && dataset->class_names != NULL && class < (gint32) dataset->n_classes;
  g_autofree char *words = g_strdup_printf (_ ("Sample %" G_GSIZE_FORMAT ", %s"), sample + 1,
                                            named ? dataset->class_names[class] : _ ("no class"));

  if (texture != NULL)
    {
      GtkWidget *picture = gtk_image_new_from_paintable (GDK_PAINTABLE (texture));

      gtk_image_set_pixel_size (GTK_IMAGE (picture), SIDE);
      gtk_button_set_child (GTK_BUTTON (button), picture);
    }
  else
    gtk_button_set_label (GTK_BUTTON (button), named ? dataset->class_names[class] : "·");
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "sample");
  gtk_widget_set_tooltip_text (button, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_object_set_data (G_OBJECT (button), "sample", GSIZE_TO_POINTER (sample));
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  return button;
}

static void
rebuild (CjuSamples *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  GtkWidget *child;
  gsize shown = 0;

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
  for (gsize i = 0; dataset != NULL && i < cjd_dataset_get_n_samples (dataset) && shown < N_SHOWN;
       i++)
    if (dataset->split[i] == CJD_SPLIT_VAL)
      gtk_box_append (GTK_BOX (self->box), make_button (self, dataset, shown++, i));
  mark (self);
}

static void
cju_samples_dispose (GObject *object)
{
  CjuSamples *self = CJU_SAMPLES (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->scroller, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_samples_parent_class)->dispose (object);
}

static void
cju_samples_class_init (CjuSamplesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_samples_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
cju_samples_init (CjuSamples *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->box);
  gtk_widget_set_parent (self->scroller, GTK_WIDGET (self));
}

GtkWidget *
cju_samples_new (CjuDocument *document)
{
  CjuSamples *self = g_object_new (CJU_TYPE_SAMPLES, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "loaded", G_CALLBACK (rebuild), self);
  g_signal_connect_swapped (document, "sample", G_CALLBACK (mark), self);
  rebuild (self);
  return GTK_WIDGET (self);
}
