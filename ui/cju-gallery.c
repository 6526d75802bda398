/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-gallery.h"

#include "cjl-pace.h"
#include "cjl-zoo.h"
#include "cju-access.h"
#include "cju-figure-view.h"
#include "cju-result.h"
#include "cju-task.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define PICTURE_WIDTH 280 /* least; the form is that of make.sh */
#define PICTURE_HEIGHT 127
#define PACE_SECONDS 0.25
#define PACE_WAIT_MS 1500 /* the machine has other work while the window opens */

struct _CjuGallery
{
  GtkWidget parent;
  GtkWidget *box, *pills, *flow;
  const char *category; /* shown; NULL: all */
  guint timer;
};

G_DEFINE_FINAL_TYPE (CjuGallery, cju_gallery, GTK_TYPE_WIDGET)

static guint chosen_signal;

static const CjlTemplate *
get_template (gpointer object)
{
  return g_object_get_data (G_OBJECT (object), "template");
}

/* --- cards --- */

static GtkWidget *
make_label (const char *text, const char *class, gboolean wrap)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), wrap);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 26);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  return label;
}

/* What a run of the template looked like, for the style of the window. */
static void
show_picture (GtkWidget *picture)
{
  const char *id = g_object_get_data (G_OBJECT (picture), "id");
  const gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  g_autofree char *path
      = g_strdup_printf ("/org/cajal/Cajal/templates/%s%s.png", id, dark ? "-dark" : "");

  gtk_picture_set_resource (GTK_PICTURE (picture), path);
}

/* A picture is as wide as its card and keeps its form; by itself it would ask for as many pixels as it has,
 * which are two for each of the screen. */
static GtkSizeRequestMode
get_mode (GtkWidget *widget)
{
  (void) widget;
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
measure_frame (GtkWidget *widget, GtkOrientation orientation, int size, int *least, int *natural,
               int *least_base, int *natural_base)
{
  (void) widget;
  *least = orientation == GTK_ORIENTATION_HORIZONTAL
               ? PICTURE_WIDTH
               : MAX (size, PICTURE_WIDTH) * PICTURE_HEIGHT / PICTURE_WIDTH;
  *natural = *least;
  *least_base = *natural_base = -1;
}

static void
allocate_frame (GtkWidget *widget, int width, int height, int baseline)
{
  (void) baseline;
  gtk_widget_size_allocate (gtk_widget_get_first_child (widget),
                            &(GtkAllocation){ 0, 0, width, height }, -1);
}

static GtkWidget *
make_picture (const CjlTemplate *info)
{
  GtkWidget *picture = gtk_picture_new (), *frame = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  g_object_set_data (G_OBJECT (picture), "id", (gpointer) info->id);
  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
  gtk_box_append (GTK_BOX (frame), picture);
  gtk_widget_set_layout_manager (frame,
                                 gtk_custom_layout_new (get_mode, measure_frame, allocate_frame));
  gtk_accessible_update_state (GTK_ACCESSIBLE (picture), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (show_picture), picture, G_CONNECT_SWAPPED);
  show_picture (picture);
  return frame;
}

static void
on_clicked (GtkButton *button, gpointer data)
{
  g_signal_emit (data, chosen_signal, 0, get_template (button)->id);
}

/* `seconds` NAN: not known yet. */
static void
show_time (GtkWidget *button, double seconds)
{
  const CjlTemplate *info = get_template (button);
  GtkWidget *label = g_object_get_data (G_OBJECT (button), "time");
  g_autofree char *time = isnan (seconds) ? NULL : cju_result_print_time (seconds);
  g_autofree char *reach = g_strdup_printf ("%s%s%s", _ (info->expected), time != NULL ? " · " : "",
                                            time != NULL ? time : "");
  g_autofree char *words
      = g_strdup_printf (_ ("%s. %s. Reaches %s."), _ (info->title), _ (info->blurb), reach);

  gtk_label_set_text (GTK_LABEL (label), reach);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, _ (info->teaches), -1);
}

/* Of a result card: the numbers that were published. */
static GtkWidget *
make_numbers (const CjlResultCard *card)
{
  GtkWidget *view = cju_figure_view_new ("card");

  cju_figure_view_set_bare (CJU_FIGURE_VIEW (view));
  cju_figure_view_take_frame (CJU_FIGURE_VIEW (view), cjl_card_new_frame (card));
  gtk_widget_set_size_request (view, PICTURE_WIDTH, PICTURE_HEIGHT);
  gtk_accessible_update_state (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  return view;
}

/* `result`: the card of a published result that the template belongs to, or NULL. */
static GtkWidget *
make_card (CjuGallery *self, const CjlTemplate *info, const CjlResultCard *result)
{
  GtkWidget *button = gtk_button_new (), *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *foot = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *time = make_label (NULL, "dim-label", FALSE);
  GtkWidget *category = make_label (_ (info->category), "dim-label", FALSE);

  g_object_set_data (G_OBJECT (button), "template", (gpointer) info);
  g_object_set_data (G_OBJECT (button), "time", time);
  gtk_widget_add_css_class (words, "template-words");
  gtk_widget_add_css_class (time, "numeric");
  gtk_widget_add_css_class (time, "caption");
  gtk_widget_add_css_class (category, "caption");
  gtk_widget_set_hexpand (time, TRUE);
  gtk_widget_set_vexpand (foot, TRUE);
  gtk_widget_set_valign (foot, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (foot), time);
  gtk_box_append (GTK_BOX (foot), category);
  gtk_box_append (GTK_BOX (box), result != NULL ? make_numbers (result) : make_picture (info));
  gtk_box_append (GTK_BOX (words), make_label (_ (info->title), "heading", FALSE));
  gtk_box_append (GTK_BOX (words), make_label (_ (info->blurb), NULL, TRUE));
  gtk_box_append (GTK_BOX (words), make_label (_ (info->teaches), "template-teaches", TRUE));
  gtk_box_append (GTK_BOX (words), foot);
  gtk_widget_set_vexpand (words, TRUE);
  gtk_box_append (GTK_BOX (box), words);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "template");
  gtk_widget_set_valign (button, GTK_ALIGN_FILL);
  gtk_widget_set_overflow (button, GTK_OVERFLOW_HIDDEN);
  show_time (button, result != NULL ? result->seconds * result->n_seeds : NAN);
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), self);
  return button;
}

/* --- how long it takes --- */

static void
measure_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  double *pace = g_new (double, 1);

  (void) source;
  (void) data;
  (void) cancellable;
  *pace = cjl_pace_measure (cjl_pace_yardstick (), PACE_SECONDS, g_get_num_processors ());
  g_task_return_pointer (task, pace, g_free);
}

static GtkWidget *
get_card (GtkWidget *child)
{
  return gtk_flow_box_child_get_child (GTK_FLOW_BOX_CHILD (child));
}

static void
measure_done (GObject *object, GAsyncResult *result, gpointer data)
{
  CjuGallery *self = CJU_GALLERY (object);
  g_autofree double *pace = g_task_propagate_pointer (G_TASK (result), NULL);

  (void) data;
  if (self->box == NULL || pace == NULL)
    return;
  for (GtkWidget *child = gtk_widget_get_first_child (self->flow); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *card = get_card (child);

      if (cjl_card_find (get_template (card)->id) == NULL) /* that says its time itself */
        show_time (card, cjl_pace_estimate (get_template (card), *pace));
    }
}

static gboolean
on_timer (gpointer data)
{
  CjuGallery *self = data;
  g_autoptr (GTask) task = NULL;

  self->timer = 0;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return G_SOURCE_REMOVE; /* an experiment has begun, which is not to be disturbed */
  task = cju_task_new (self, NULL, measure_done, NULL);
  g_task_run_in_thread (task, measure_thread);
  return G_SOURCE_REMOVE;
}

/* --- categories --- */

static gboolean
is_shown (GtkFlowBoxChild *child, gpointer data)
{
  const CjuGallery *self = data;
  const CjlTemplate *info = get_template (gtk_flow_box_child_get_child (child));

  return self->category == NULL || g_str_equal (info->category, self->category);
}

static void
on_pill (GtkToggleButton *pill, gpointer data)
{
  CjuGallery *self = data;

  if (!gtk_toggle_button_get_active (pill))
    return;
  self->category = g_object_get_data (G_OBJECT (pill), "category");
  gtk_flow_box_invalidate_filter (GTK_FLOW_BOX (self->flow));
}

static void
add_pill (CjuGallery *self, const char *category)
{
  GtkWidget *first = gtk_widget_get_first_child (self->pills);
  GtkWidget *pill = gtk_toggle_button_new_with_label (category != NULL ? _ (category) : _ ("All"));

  gtk_widget_add_css_class (pill, "category");
  g_object_set_data (G_OBJECT (pill), "category", (gpointer) category);
  if (first != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (pill), GTK_TOGGLE_BUTTON (first));
  else
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (pill), TRUE);
  g_signal_connect (pill, "toggled", G_CALLBACK (on_pill), self);
  gtk_box_append (GTK_BOX (self->pills), pill);
}

/* Every category once, in the order of the templates. */
static void
add_pills (CjuGallery *self)
{
  const CjlTemplate *all = cjl_templates ();

  add_pill (self, NULL);
  for (guint i = 0; all[i].id != NULL; i++)
    {
      guint k = 0;

      while (k < i && !g_str_equal (all[k].category, all[i].category))
        k++;
      if (k == i)
        add_pill (self, all[i].category);
    }
  add_pill (self, CJL_ZOO_CATEGORY);
  add_pill (self, CJL_CARD_CATEGORY);
}

static void
cju_gallery_dispose (GObject *object)
{
  CjuGallery *self = CJU_GALLERY (object);

  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (cju_gallery_parent_class)->dispose (object);
}

static void
cju_gallery_class_init (CjuGalleryClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_gallery_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
  chosen_signal = g_signal_new ("chosen", CJU_TYPE_GALLERY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
add_card (CjuGallery *self, const CjlTemplate *info, const CjlResultCard *result)
{
  gtk_flow_box_append (GTK_FLOW_BOX (self->flow), make_card (self, info, result));
  gtk_widget_set_focusable (gtk_widget_get_last_child (self->flow), FALSE);
}

static void
cju_gallery_init (CjuGallery *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->pills = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  self->flow = gtk_flow_box_new ();
  add_pills (self);
  gtk_flow_box_set_selection_mode (GTK_FLOW_BOX (self->flow), GTK_SELECTION_NONE);
  gtk_flow_box_set_column_spacing (GTK_FLOW_BOX (self->flow), 18);
  gtk_flow_box_set_row_spacing (GTK_FLOW_BOX (self->flow), 18);
  gtk_flow_box_set_max_children_per_line (GTK_FLOW_BOX (self->flow), 4);
  gtk_flow_box_set_homogeneous (GTK_FLOW_BOX (self->flow), TRUE);
  gtk_flow_box_set_filter_func (GTK_FLOW_BOX (self->flow), is_shown, self, NULL);
  cju_access_name (self->flow, _ ("Experiments"));
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    add_card (self, t, NULL);
  for (const CjlZooNet *net = cjl_zoo (); net->experiment.id != NULL; net++)
    add_card (self, &net->experiment, NULL);
  for (const CjlResultCard *const *c = cjl_cards (); *c != NULL; c++)
    add_card (self, &(*c)->experiment, *c);
  gtk_box_append (GTK_BOX (self->box), self->pills);
  gtk_box_append (GTK_BOX (self->box), self->flow);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->timer = g_timeout_add (PACE_WAIT_MS, on_timer, self);
}

GtkWidget *
cju_gallery_new (void)
{
  return g_object_new (CJU_TYPE_GALLERY, NULL);
}
