/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-pad.h"

#include "cju-access.h"
#include "cjd-ink.h"
#include "cju-own.h"
#include "cju-picture.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#define SIDE 196     /* of the sheet in the window */
#define FINE 280     /* points of ink along a side */
#define RADIUS 0.043 /* of the pen: strokes of MNIST are two to three of 28 pixels wide */
#define SOFT 0.014
#define SEEN 48
#define N_GUESSES 3
#define STEP (1 / 28.0) /* an arrow key moves the pen so far */

struct _CjuPad
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *box, *sheet, *eraser, *centred, *seen;
  GtkWidget *names[N_GUESSES], *bars[N_GUESSES];
  CjdInk *ink;
  double x, y; /* where the pen is, in sides */
  gboolean down, keyed;
};

G_DEFINE_FINAL_TYPE (CjuPad, cju_pad, GTK_TYPE_WIDGET)

/* What the network gets. */
static void
send (CjuPad *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  g_autofree float *grey = NULL;
  CjShape shape;

  gtk_widget_queue_draw (self->sheet);
  if (!cju_own_is_possible (self->document))
    return;
  shape = cjd_dataset_get_x_shape (dataset);
  grey = g_new0 (float, (gsize) (shape.dims[1] * shape.dims[2]) + 1);
  cjd_ink_print (self->ink, gtk_check_button_get_active (GTK_CHECK_BUTTON (self->centred)),
                 (guint) shape.dims[1], (guint) shape.dims[2], grey);
  cju_own_take_ink (self->document, grey, _ ("Drawing"));
}

static void
move_to (CjuPad *self, double x, double y)
{
  const gboolean erase = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->eraser));

  if (self->down)
    cjd_ink_stroke (self->ink, self->x, self->y, x, y, erase ? 2 * RADIUS : RADIUS, SOFT, erase);
  self->x = x;
  self->y = y;
  if (self->down)
    send (self);
  else
    gtk_widget_queue_draw (self->sheet);
}

static void
on_begin (GtkGestureDrag *drag, double x, double y, gpointer data)
{
  CjuPad *self = data;

  (void) drag;
  gtk_widget_grab_focus (self->sheet);
  self->keyed = FALSE;
  self->x = x / SIDE;
  self->y = y / SIDE;
  self->down = TRUE;
  move_to (self, self->x, self->y);
}

static void
on_update (GtkGestureDrag *drag, double dx, double dy, gpointer data)
{
  double x, y;

  if (gtk_gesture_drag_get_start_point (drag, &x, &y))
    move_to (data, (x + dx) / SIDE, (y + dy) / SIDE);
}

static void
on_end (GtkGestureDrag *drag, double dx, double dy, gpointer data)
{
  (void) drag;
  (void) dx;
  (void) dy;
  ((CjuPad *) data)->down = FALSE;
}

static void
clear (CjuPad *self)
{
  cjd_ink_clear (self->ink);
  self->down = FALSE;
  send (self);
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  CjuPad *self = data;
  const double step = (state & GDK_SHIFT_MASK) != 0 ? 4 * STEP : STEP;
  double x = self->x, y = self->y;

  (void) controller;
  (void) code;
  switch (key)
    {
    case GDK_KEY_Left:
      x -= step;
      break;
    case GDK_KEY_Right:
      x += step;
      break;
    case GDK_KEY_Up:
      y -= step;
      break;
    case GDK_KEY_Down:
      y += step;
      break;
    case GDK_KEY_space:
      self->down = !self->down;
      break;
    case GDK_KEY_Delete:
    case GDK_KEY_BackSpace:
      clear (self);
      return TRUE;
    default:
      return FALSE;
    }
  self->keyed = TRUE;
  move_to (self, CLAMP (x, 0, 1), CLAMP (y, 0, 1));
  return TRUE;
}

static void
draw (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  const CjuPad *self = data;
  const float *ink = cjd_ink_get (self->ink);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, FINE, FINE);
  guchar *pixels = cairo_image_surface_get_data (surface);
  const int stride = cairo_image_surface_get_stride (surface);

  (void) area;
  for (int row = 0; row < FINE; row++)
    for (int column = 0; column < FINE; column++)
      {
        const guint32 grey = (guint32) (255 * ink[row * FINE + column] + 0.5f);

        ((guint32 *) (gpointer) (pixels + row * stride))[column] = grey * 0x010101u;
      }
  cairo_surface_mark_dirty (surface);
  cairo_scale (cr, (double) width / FINE, (double) height / FINE);
  cairo_set_source_surface (cr, surface, 0, 0);
  cairo_paint (cr);
  cairo_surface_destroy (surface);
  if (!self->keyed || !gtk_widget_has_focus (self->sheet))
    return;
  cairo_set_source_rgb (cr, 0.21, 0.52, 0.89);
  cairo_set_line_width (cr, self->down ? 3 : 1.5);
  cairo_arc (cr, self->x * FINE, self->y * FINE, RADIUS * FINE, 0, 2 * G_PI);
  cairo_stroke (cr);
}

/* The likeliest classes of scores [1, K], softened; how many. */
static guint
find_guesses (const CjTensor *scores, gint64 *classes, double *shares)
{
  const gint64 k = scores->shape.n_dims == 2 ? scores->shape.dims[1] : 0;
  const float *s = scores->data;
  double sum = 0, top = -INFINITY;
  guint n = 0;

  for (gint64 i = 0; i < k; i++)
    top = MAX (top, (double) s[i]);
  for (gint64 i = 0; i < k; i++)
    sum += exp ((double) s[i] - top);
  for (; n < MIN (k, N_GUESSES); n++)
    {
      gint64 best = -1;

      for (gint64 i = 0; i < k; i++)
        if ((best < 0 || s[i] > s[best]) && (n < 1 || i != classes[0])
            && (n < 2 || i != classes[1]))
          best = i;
      classes[n] = best;
      shares[n] = exp ((double) s[best] - top) / sum;
    }
  return n;
}

/* What the network sees, and what it takes it for. */
static void
on_ticked (CjuPad *self)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const CjNode *node = cju_document_find_prediction (self->document);
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *own = cju_document_get_own (self->document);
  const CjTensor *scores
      = node != NULL && frame != NULL ? cjl_probe_frame_find (frame, node->id) : NULL;
  gint64 classes[N_GUESSES];
  double shares[N_GUESSES];
  guint n = 0;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  if (own != NULL)
    {
      g_autoptr (GdkPaintable) texture = cju_picture_sheet (own, 1, SEEN);

      gtk_image_set_from_paintable (GTK_IMAGE (self->seen), texture);
    }
  if (scores != NULL && dataset != NULL && dataset->n_classes > 0 && own != NULL)
    n = find_guesses (scores, classes, shares);
  for (guint i = 0; i < N_GUESSES; i++)
    {
      g_autofree char *text = NULL;

      gtk_widget_set_visible (self->names[i], i < n);
      gtk_widget_set_visible (self->bars[i], i < n);
      if (i >= n)
        continue;
      text = dataset->class_names != NULL && classes[i] < (gint64) dataset->n_classes
                 ? g_strdup_printf (_ ("%s  %.0f %%"), dataset->class_names[classes[i]],
                                    shares[i] * 100)
                 : g_strdup_printf (_ ("%d  %.0f %%"), (int) classes[i], shares[i] * 100);
      gtk_label_set_text (GTK_LABEL (self->names[i]), text);
      gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->bars[i]), shares[i]);
    }
}

static void
cju_pad_dispose (GObject *object)
{
  CjuPad *self = CJU_PAD (object);

  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->document);
  g_clear_pointer (&self->ink, cjd_ink_free);
  G_OBJECT_CLASS (cju_pad_parent_class)->dispose (object);
}

static void
cju_pad_class_init (CjuPadClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_pad_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static GtkWidget *
make_sheet (CjuPad *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkWidget *sheet = gtk_drawing_area_new ();

  gtk_drawing_area_set_content_width (GTK_DRAWING_AREA (sheet), SIDE);
  gtk_drawing_area_set_content_height (GTK_DRAWING_AREA (sheet), SIDE);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (sheet), draw, self, NULL);
  gtk_widget_set_halign (sheet, GTK_ALIGN_CENTER);
  gtk_widget_set_focusable (sheet, TRUE);
  gtk_widget_set_cursor_from_name (sheet, "crosshair");
  cju_access_tip (sheet, _ ("Draw here; with keys: arrows move, Space draws, Delete clears"));
  cju_access_name (sheet, _ ("Sheet to draw on"));
  g_signal_connect (drag, "drag-begin", G_CALLBACK (on_begin), self);
  g_signal_connect (drag, "drag-update", G_CALLBACK (on_update), self);
  g_signal_connect (drag, "drag-end", G_CALLBACK (on_end), self);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), self);
  gtk_widget_add_controller (sheet, GTK_EVENT_CONTROLLER (drag));
  gtk_widget_add_controller (sheet, key);
  return sheet;
}

static GtkWidget *
make_tools (CjuPad *self)
{
  GtkWidget *tools = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *wipe = gtk_button_new_with_mnemonic (_ ("C_lear"));
  GtkWidget *close = gtk_button_new_from_icon_name ("window-close-symbolic");

  self->eraser = gtk_toggle_button_new_with_mnemonic (_ ("_Eraser"));
  self->centred = gtk_check_button_new_with_mnemonic (_ ("_Centre"));
  cju_access_name_mnemonic (wipe, _ ("C_lear"));
  cju_access_name_mnemonic (self->eraser, _ ("_Eraser"));
  cju_access_name_mnemonic (self->centred, _ ("_Centre"));
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->centred), TRUE);
  cju_access_tip (self->centred,
                  _ ("Scales and moves the drawing as the digits of MNIST were: 20 of 28 pixels "
                     "high, its centre of mass in the middle"));
  cju_access_tip (self->eraser, _ ("Takes ink away"));
  cju_access_tip (wipe, _ ("An empty sheet (Delete)"));
  cju_access_tip (close, _ ("Close (Ctrl+Shift+D)"));
  gtk_widget_add_css_class (close, "flat");
  cju_access_name (close, _ ("Close the sheet"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (close), "win.draw");
  gtk_widget_set_halign (close, GTK_ALIGN_END);
  gtk_widget_set_hexpand (close, TRUE);
  g_signal_connect_swapped (wipe, "clicked", G_CALLBACK (clear), self);
  g_signal_connect_swapped (self->centred, "toggled", G_CALLBACK (send), self);
  gtk_box_append (GTK_BOX (tools), self->eraser);
  gtk_box_append (GTK_BOX (tools), wipe);
  gtk_box_append (GTK_BOX (tools), close);
  return tools;
}

static GtkWidget *
make_answer (CjuPad *self)
{
  GtkWidget *answer = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *grid = gtk_grid_new ();

  self->seen = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (self->seen), SEEN);
  cju_access_tip (self->seen, _ ("What the network sees"));
  cju_access_name (self->seen, _ ("What the network sees"));
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 4);
  gtk_widget_set_valign (grid, GTK_ALIGN_CENTER);
  for (int i = 0; i < N_GUESSES; i++)
    {
      self->names[i] = gtk_label_new (NULL);
      self->bars[i] = gtk_progress_bar_new ();
      gtk_label_set_xalign (GTK_LABEL (self->names[i]), 0);
      gtk_label_set_width_chars (GTK_LABEL (self->names[i]), 8);
      gtk_label_set_ellipsize (GTK_LABEL (self->names[i]), PANGO_ELLIPSIZE_START);
      gtk_widget_add_css_class (self->names[i], "numeric");
      gtk_widget_set_hexpand (self->bars[i], TRUE);
      gtk_widget_set_valign (self->bars[i], GTK_ALIGN_CENTER);
      gtk_grid_attach (GTK_GRID (grid), self->names[i], 0, i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), self->bars[i], 1, i, 1, 1);
    }
  gtk_widget_add_css_class (self->names[0], "heading");
  gtk_widget_set_size_request (answer, -1, SEEN + 8);
  gtk_box_append (GTK_BOX (answer), self->seen);
  gtk_box_append (GTK_BOX (answer), grid);
  return answer;
}

static void
cju_pad_init (CjuPad *self)
{
  self->ink = cjd_ink_new (FINE);
  self->x = self->y = 0.5;
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  self->sheet = make_sheet (self);
  gtk_widget_add_css_class (self->box, "pad");
  gtk_box_append (GTK_BOX (self->box), self->sheet);
  gtk_box_append (GTK_BOX (self->box), make_tools (self));
  gtk_box_append (GTK_BOX (self->box), self->centred);
  gtk_box_append (GTK_BOX (self->box), make_answer (self));
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

/* An empty sheet is no sample. */
static void
on_map (CjuPad *self)
{
  if (!cjd_ink_is_empty (self->ink))
    send (self);
  gtk_widget_grab_focus (self->sheet);
}

GtkWidget *
cju_pad_new (CjuDocument *document)
{
  CjuPad *self = g_object_new (CJU_TYPE_PAD, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_swapped (document, "ticked", G_CALLBACK (on_ticked), self);
  g_signal_connect (self, "map", G_CALLBACK (on_map), NULL);
  return GTK_WIDGET (self);
}
