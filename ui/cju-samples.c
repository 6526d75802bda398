/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-samples.h"

#include "cju-access.h"
#include "cju-own.h"
#include "cju-picture.h"
#include "cju-tile.h"
#include "cju-view.h"
#include "cjv-thumbnail.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define N_SHOWN 48
#define SIDE 40
#define N_LETTERS 16 /* of a text that stand for it */
#define N_SYMBOLS 6

struct _CjuSamples
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *row, *split, *filter, *scroller, *box, *own, *own_picture;
  GtkWidget *draw, *look; /* for pictures alone */
  gboolean filling;       /* the filter's list is being made */
};

/* Entries of the filter; classes follow. */
enum
{
  FILTER_ALL,
  FILTER_MISTAKES,
  FILTER_CLASSES
};

G_DEFINE_FINAL_TYPE (CjuSamples, cju_samples, GTK_TYPE_WIDGET)

/* Whether a cell of the confusion matrix is looked into, and which. */
static gboolean
has_cell (CjuSamples *self, gint64 *row, gint64 *column)
{
  cju_document_get_cell (self->document, row, column);
  return *row >= 0;
}

/* The split that the strip shows; mistakes are looked for among the validation samples. */
static CjdSplit
get_split (CjuSamples *self)
{
  static const CjdSplit splits[] = { CJD_SPLIT_VAL, CJD_SPLIT_TRAIN, CJD_SPLIT_TEST };
  gint64 row, column;

  return has_cell (self, &row, &column)
                 || gtk_drop_down_get_selected (GTK_DROP_DOWN (self->filter)) == FILTER_MISTAKES
             ? CJD_SPLIT_VAL
             : splits[gtk_drop_down_get_selected (GTK_DROP_DOWN (self->split)) % 3];
}

static void
show_own (CjuSamples *self)
{
  const CjTensor *own = cju_document_get_own (self->document);
  const char *name = cju_document_get_own_name (self->document);
  g_autoptr (GdkPaintable) texture
      = own != NULL ? cju_picture_new (own, TRUE, TRUE, SIDE, SIDE, FALSE) : NULL;

  gtk_widget_set_visible (self->own, own != NULL);
  gtk_image_set_from_paintable (GTK_IMAGE (self->own_picture), texture);
  if (own == NULL)
    return;
  cju_access_tip (self->own_picture, name);
  cju_access_name (self->own_picture, name);
}

static void
on_clicked (GtkButton *button, gpointer data)
{
  CjuSamples *self = data;

  cju_document_choose_from (self->document, get_split (self),
                            GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (button), "sample")));
}

static void
mark (CjuSamples *self)
{
  for (GtkWidget *child = gtk_widget_get_first_child (self->box); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      const gsize sample = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (child), "sample"));

      if (sample == cju_document_get_sample (self->document)
          && get_split (self) == cju_document_get_split (self->document)
          && cju_document_get_own (self->document) == NULL)
        gtk_widget_add_css_class (child, "chosen");
      else
        gtk_widget_remove_css_class (child, "chosen");
    }
  show_own (self);
}

/* "4" or the name of the class. */
static char *
dup_class (const CjdDataset *dataset, gint64 class)
{
  return dataset->class_names != NULL && class < dataset->n_classes
             ? g_strdup (dataset->class_names[class])
             : g_strdup_printf ("%d", (int) class);
}

/* What stands for a sample that is no picture: its class, else how it begins. You free. */
static char *
print_label (const CjdDataset *dataset, gsize index)
{
  const gboolean symbols = dataset->x_dtype == CJ_INT32;

  return cjd_dataset_get_class (dataset, index) >= 0
             ? cju_tile_print_class (dataset, index)
             : cju_tile_print_values (dataset, index,
                                      !symbols                         ? 2
                                      : cju_tile_has_letters (dataset) ? N_LETTERS
                                                                       : N_SYMBOLS);
}

/* `taken`: the class that the network takes it for, or -1 where that is no matter. */
static GtkWidget *
make_button (CjuSamples *self, const CjdDataset *dataset, gsize sample, gsize index, gint64 taken)
{
  GtkWidget *button = gtk_button_new ();
  const gboolean picture = cjd_dataset_get_x_shape (dataset).n_dims == 3;
  g_autoptr (CjTensor) x = picture ? cju_picture_read (dataset, index) : NULL;
  g_autoptr (GdkPaintable) texture
      = x != NULL ? cju_picture_new (x, TRUE, TRUE, SIDE, SIDE, FALSE) : NULL;
  g_autofree char *class = cjd_dataset_get_class (dataset, index) >= 0
                               ? cju_tile_print_class (dataset, index)
                               : g_strdup (_ ("no class"));
  g_autofree char *other = taken >= 0 ? dup_class (dataset, taken) : NULL;
  g_autofree char *words
      = other != NULL
            ? g_strdup_printf (_ ("Sample %zu, %s, taken for %s"), sample + 1, class, other)
            : g_strdup_printf (_ ("Sample %zu, %s"), sample + 1, class);
  g_autofree char *label = NULL;

  if (texture != NULL)
    {
      GtkWidget *image = gtk_image_new_from_paintable (texture);

      gtk_image_set_pixel_size (GTK_IMAGE (image), SIDE);
      gtk_button_set_child (GTK_BUTTON (button), image);
    }
  else
    {
      label = print_label (dataset, index);
      gtk_button_set_label (GTK_BUTTON (button), label);
      gtk_widget_add_css_class (button, "worded");
    }
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "sample");
  cju_access_tip (button, words);
  cju_access_name (button, words);
  g_object_set_data (G_OBJECT (button), "sample", GSIZE_TO_POINTER (sample));
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  return button;
}

/* Number of each sample of a split in the data set, in order; you free. */
static guint32 *
list_split (const CjdDataset *dataset, CjdSplit split, gsize *n)
{
  guint32 *list = g_new (guint32, cjd_dataset_get_n_samples (dataset) + 1);

  *n = 0;
  for (gsize i = 0; i < cjd_dataset_get_n_samples (dataset); i++)
    if (dataset->split[i] == split)
      list[(*n)++] = (guint32) i;
  return list;
}

static void
clear_box (CjuSamples *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->box)) != NULL)
    gtk_box_remove (GTK_BOX (self->box), child);
}

static void
say_empty (CjuSamples *self, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_set_margin_start (label, 8);
  gtk_box_append (GTK_BOX (self->box), label);
}

static void
show_mistakes (CjuSamples *self, const CjdDataset *dataset)
{
  const CjlEvaluation *evaluation = cju_view_tells_classes (self->document)
                                        ? cju_document_get_evaluation (self->document)
                                        : NULL;
  g_autofree guint32 *mistakes = NULL;
  gsize n = 0;

  if (evaluation != NULL)
    mistakes = cjl_evaluation_list_mistakes (evaluation, &n);
  for (gsize i = 0; i < MIN (n, N_SHOWN); i++)
    gtk_box_append (
        GTK_BOX (self->box),
        make_button (self, dataset, mistakes[i], evaluation->index[mistakes[i]],
                     evaluation->predicted != NULL ? evaluation->predicted[mistakes[i]] : -1));
  if (n == 0)
    say_empty (self, !cju_view_tells_classes (self->document)
                         ? _ ("This network tells no classes apart.")
                     : evaluation != NULL ? _ ("No validation sample is mistaken.")
                                          : _ ("Mistakes are found once the network has trained."));
}

/* Validation samples of class `row` that were taken for `column`. */
static void
show_cell (CjuSamples *self, const CjdDataset *dataset, gint64 row, gint64 column)
{
  const CjlEvaluation *evaluation = cju_document_get_evaluation (self->document);
  g_autofree char *true_name = dup_class (dataset, row), *taken = dup_class (dataset, column);
  g_autofree char *words = row == column
                               ? g_strdup_printf (_ ("%s, known"), true_name)
                               : g_strdup_printf (_ ("%s taken for %s"), true_name, taken);
  gsize shown = 0;

  say_empty (self, words);
  for (guint32 i = 0;
       evaluation != NULL && evaluation->predicted != NULL && i < evaluation->n && shown < N_SHOWN;
       i++)
    if (evaluation->targets[i] == row && evaluation->predicted[i] == column)
      {
        gtk_box_append (GTK_BOX (self->box), make_button (self, dataset, i, evaluation->index[i],
                                                          row != column ? column : -1));
        shown++;
      }
  if (shown == 0)
    say_empty (self, _ ("No validation sample."));
}

static void
rebuild (CjuSamples *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const guint chosen = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->filter));
  g_autofree guint32 *all = NULL;
  gsize n = 0, shown = 0;
  gint64 row, column;

  clear_box (self);
  if (dataset == NULL)
    return;
  if (has_cell (self, &row, &column))
    show_cell (self, dataset, row, column);
  else if (chosen == FILTER_MISTAKES)
    show_mistakes (self, dataset);
  else
    all = list_split (dataset, get_split (self), &n);
  for (gsize i = 0; i < n && shown < N_SHOWN; i++)
    if (chosen < FILTER_CLASSES || chosen == GTK_INVALID_LIST_POSITION
        || cj_tensor_i32 (dataset->y)[all[i]] == (gint32) (chosen - FILTER_CLASSES))
      {
        gtk_box_append (GTK_BOX (self->box), make_button (self, dataset, i, all[i], -1));
        shown++;
      }
  mark (self);
}

static gboolean
same_strings (GListModel *model, GtkStringList *list)
{
  const guint n = g_list_model_get_n_items (G_LIST_MODEL (list));

  if (model == NULL || g_list_model_get_n_items (model) != n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!g_str_equal (gtk_string_list_get_string (GTK_STRING_LIST (model), i),
                      gtk_string_list_get_string (list, i)))
      return FALSE;
  return TRUE;
}

/* All, mistakes, and the classes by name. */
static void
fill_filter (CjuSamples *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const gboolean classes = dataset != NULL && dataset->n_classes > 0
                           && dataset->y->dtype == CJ_INT32 && dataset->y->shape.n_dims == 1;
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);

  gtk_string_list_append (list, _ ("All"));
  gtk_string_list_append (list, _ ("Mistakes"));
  for (guint i = 0; classes && i < dataset->n_classes; i++)
    {
      g_autofree char *number = g_strdup_printf ("%u", i);

      gtk_string_list_append (list,
                              dataset->class_names != NULL ? dataset->class_names[i] : number);
    }
  self->filling = TRUE;
  if (!same_strings (gtk_drop_down_get_model (GTK_DROP_DOWN (self->filter)), list))
    gtk_drop_down_set_model (GTK_DROP_DOWN (self->filter), G_LIST_MODEL (list));
  self->filling = FALSE;
  gtk_widget_set_visible (self->filter, classes);
}

static void
on_loaded (CjuSamples *self)
{
  const gboolean pictures = cju_own_is_possible (self->document);

  gtk_widget_set_visible (self->draw, pictures);
  gtk_widget_set_visible (self->look, pictures);
  fill_filter (self);
  rebuild (self);
}

static void
on_filter (CjuSamples *self)
{
  if (self->filling)
    return;
  cju_document_choose_cell (self->document, -1, -1); /* the choice made last counts */
  rebuild (self);
}

static void
on_evaluated (CjuSamples *self)
{
  gint64 row, column;

  if (has_cell (self, &row, &column)
      || gtk_drop_down_get_selected (GTK_DROP_DOWN (self->filter)) == FILTER_MISTAKES)
    rebuild (self);
}

/* Mistakes are wanted as long as they are shown. */
static void
on_ticked (CjuSamples *self)
{
  if (gtk_drop_down_get_selected (GTK_DROP_DOWN (self->filter)) == FILTER_MISTAKES
      && cju_view_tells_classes (self->document))
    cju_document_get_evaluation (self->document);
}

static void
cju_samples_dispose (GObject *object)
{
  CjuSamples *self = CJU_SAMPLES (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->row, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_samples_parent_class)->dispose (object);
}

static void
cju_samples_class_init (CjuSamplesClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_samples_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_button_for (const char *icon, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  cju_access_tip (button, tip);
  cju_access_name (button, tip);
  return button;
}

/* One's own sample, while it is the chosen one. */
static GtkWidget *
make_own (CjuSamples *self)
{
  GtkWidget *own = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->own_picture = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (self->own_picture), SIDE);
  gtk_widget_add_css_class (own, "own-sample");
  gtk_box_append (GTK_BOX (own), self->own_picture);
  gtk_box_append (GTK_BOX (own),
                  make_button_for ("display-brightness-symbolic", "win.invert-picture",
                                   _ ("Invert: dark becomes light")));
  gtk_box_append (GTK_BOX (own), make_button_for ("window-close-symbolic", "win.forget-picture",
                                                  _ ("Back to samples of the data")));
  return own;
}

static void
add_tools (CjuSamples *self)
{
  self->own = make_own (self);
  gtk_box_append (GTK_BOX (self->row), self->own);
  self->draw = make_button_for ("document-edit-symbolic", "win.draw",
                                _ ("Draw a sign to look at (Ctrl+Shift+D)"));
  self->look
      = make_button_for ("insert-image-symbolic", "win.picture",
                         _ ("Look at a picture of one's own; it can be dropped or pasted as well"));
  gtk_box_append (GTK_BOX (self->row), self->draw);
  gtk_box_append (GTK_BOX (self->row), self->look);
  gtk_box_append (GTK_BOX (self->row), make_button_for ("view-grid-symbolic", "win.browse",
                                                        _ ("Browse samples (Ctrl+B)")));
  gtk_widget_set_margin_end (gtk_widget_get_last_child (self->row), 8);
}

static void
cju_samples_init (CjuSamples *self)
{
  GtkExpression *words = gtk_property_expression_new (GTK_TYPE_STRING_OBJECT, NULL, "string");
  const char *const splits[] = { _ ("Validation"), _ ("Training"), _ ("Test"), NULL };

  self->split = gtk_drop_down_new_from_strings (splits);
  gtk_widget_set_valign (self->split, GTK_ALIGN_CENTER);
  gtk_widget_set_margin_start (self->split, 8);
  cju_access_tip (self->split, _ ("Which split the samples are from"));
  cju_access_name (self->split, _ ("Split shown"));
  self->row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);
  self->scroller = gtk_scrolled_window_new ();
  self->filter = gtk_drop_down_new (NULL, NULL);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->box);
  gtk_widget_set_hexpand (self->scroller, TRUE);
  gtk_widget_set_size_request (self->scroller, -1, SIDE + 10);
  gtk_widget_set_valign (self->filter, GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (self->filter, 116, -1);
  cju_access_tip (self->filter, _ ("Which samples stand here"));
  gtk_drop_down_set_enable_search (GTK_DROP_DOWN (self->filter), TRUE);
  gtk_drop_down_set_expression (GTK_DROP_DOWN (self->filter), words);
  gtk_expression_unref (words);
  cju_access_name (self->filter, _ ("Samples shown"));
  gtk_box_append (GTK_BOX (self->row), self->split);
  gtk_box_append (GTK_BOX (self->row), self->filter);
  gtk_box_append (GTK_BOX (self->row), self->scroller);
  add_tools (self);
  gtk_widget_set_parent (self->row, GTK_WIDGET (self));
  g_signal_connect_swapped (self->filter, "notify::selected", G_CALLBACK (on_filter), self);
  g_signal_connect_swapped (self->split, "notify::selected", G_CALLBACK (on_filter), self);
}

GtkWidget *
cju_samples_new (CjuDocument *document)
{
  CjuSamples *self = g_object_new (CJU_TYPE_SAMPLES, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "loaded", G_CALLBACK (on_loaded), self);
  g_signal_connect_swapped (document, "sample", G_CALLBACK (mark), self);
  g_signal_connect_swapped (document, "evaluated", G_CALLBACK (on_evaluated), self);
  g_signal_connect_swapped (document, "cell", G_CALLBACK (rebuild), self);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_ticked), self);
  on_loaded (self);
  return GTK_WIDGET (self);
}
