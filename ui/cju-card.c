/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-card.h"

#include "cju-access.h"
#include "cju-help.h"
#include "cjl-figures.h"
#include "cjl-receptive.h"
#include "cju-picture.h"
#include "cju-port.h"
#include "cjv-figure.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define HEADER 44
#define PADDING 10
#define PICTURE_WIDTH (CJU_CARD_WIDTH - 2 * PADDING)
#define MAPS_HEIGHT 98
#define UNITS_HEIGHT 64
#define BARS 5
#define BAR_STEP 17

typedef enum
{
  FACE_PLAIN,
  FACE_IMAGE,
  FACE_MAPS,
  FACE_UNITS,
  FACE_BARS,
  FACE_PLANE, /* what the network makes of every point of two-feature data */
  FACE_CURVE
} Face;

struct _CjuCard
{
  GtkWidget parent;
  CjuDocument *document;
  char *id, *title, *subtitle, *trouble;
  char *words; /* its accessible name */
  Face face;
  GdkTexture *texture;
  float bars[BARS];
  int classes[BARS];
  int n_bars;
  int told;        /* class that the accessible description calls most likely, -1: none */
  CjvFrame *plane; /* of FACE_PLANE */
};

G_DEFINE_FINAL_TYPE (CjuCard, cju_card, GTK_TYPE_WIDGET)

static CjNode *
get_node (CjuCard *self)
{
  return cj_graph_find (cju_document_get_project (self->document)->graph, self->id);
}

/* Whether the loss looks at this node. */
static gboolean
feeds_loss (CjuCard *self, const CjNode *node)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *other = graph->nodes->pdata[i];

      if (other->layer->role == CJ_ROLE_LOSS && other->from[0].node == node)
        return TRUE;
    }
  return FALSE;
}

/* Whether its numbers are scores of the classes of the data. */
static gboolean
shows_classes (CjuCard *self, const CjNode *node, const CjShape *shape)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);

  return dataset->n_classes > 1 && shape->dims[1] == dataset->n_classes && feeds_loss (self, node);
}

static Face
choose_face (CjuCard *self, const CjNode *node)
{
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const int index = cj_graph_get_index (cju_document_get_project (self->document)->graph, node);
  const CjShape *shape;

  if (node->layer->role == CJ_ROLE_LOSS)
    return FACE_CURVE;
  if (lowered == NULL || index < 0 || !lowered->nodes[index].valid)
    return FACE_PLAIN;
  shape = cj_builder_get_shape (lowered->builder, lowered->nodes[index].out[0]);
  if (shape->n_dims >= 3)
    return node->layer->role == CJ_ROLE_INPUT ? FACE_IMAGE : FACE_MAPS;
  if (shape->n_dims != 2)
    return FACE_PLAIN;
  if (cjd_dataset_get_x_shape (dataset).dims[0] == 2
      && cjd_dataset_get_x_shape (dataset).n_dims == 1 && node->layer->role == CJ_ROLE_LAYER)
    return shows_classes (self, node, shape) ? FACE_PLANE : FACE_MAPS;
  return shows_classes (self, node, shape) ? FACE_BARS : FACE_UNITS;
}

/* The values a person looks at first: the first parameters of the table, in a few words. */
static char *
make_subtitle (CjuCard *self, const CjNode *node)
{
  GString *text = g_string_new (NULL);
  guint n = 0;

  if (node->layer->role == CJ_ROLE_INPUT)
    {
      const CjdDataset *dataset = cju_document_get_dataset (self->document);

      g_string_free (text, TRUE);
      return dataset != NULL ? g_strdup_printf ("%s · %'" G_GSIZE_FORMAT, dataset->name,
                                                cjd_dataset_count (dataset, CJD_SPLIT_TRAIN))
                             : g_strdup (_ ("loading…"));
    }
  for (const CjParam *p = node->layer->params; p != NULL && p->name != NULL && n < 2; p++)
    {
      g_autofree char *value = cj_params_print (p, node->params);

      if (p->kind == CJ_PARAM_BOOL || (p->flags & CJ_PARAM_ADVANCED) != 0
          || g_str_equal (value, "none"))
        continue;
      g_string_append_printf (text, "%s%s", n > 0 ? " · " : "", value);
      if (n > 0 && p->unit != NULL && g_str_equal (p->unit, "px"))
        g_string_append_printf (text, "×%s", value);
      n++;
    }
  if (text->len == 0)
    g_string_append (text, node->id);
  return g_string_free (text, FALSE);
}

static char *
dup_class (CjuCard *self, int class)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);

  return dataset != NULL && dataset->class_names != NULL && class < (int) dataset->n_classes
             ? g_strdup (dataset->class_names[class])
             : g_strdup_printf ("%d", class);
}

static void
describe (CjuCard *self, const CjNode *node)
{
  char *words = cju_access_print_card (self->document, node,
                                       cju_document_is_selected (self->document, self->id));
  g_autofree char *more = cju_access_describe_card (self->document, node);
  g_autofree char *class = self->told >= 0 ? dup_class (self, self->told) : NULL;
  g_autofree char *says
      = class != NULL ? g_strdup_printf (_ ("%s. Most likely %s"), more, class) : g_strdup (more);

  gtk_widget_set_tooltip_text (GTK_WIDGET (self),
                               self->trouble != NULL ? self->trouble : _ (node->layer->blurb));
  if (g_strcmp0 (words, self->words) != 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                    -1);
  /* after the tooltip, which GTK takes for a description */
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, says,
                                  -1);
  g_free (self->words);
  self->words = words;
}

void
cju_card_update (CjuCard *self)
{
  const CjNode *node = get_node (self);
  const CjProblem *problem;
  Face face;

  if (node == NULL)
    return;
  problem = cju_document_find_problem (self->document, node);
  face = choose_face (self, node);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->trouble);
  self->title = g_strdup (_ (node->layer->title));
  self->subtitle = make_subtitle (self, node);
  self->trouble = problem != NULL ? g_strdup (problem->sentence) : NULL;
  if (face != self->face)
    {
      self->face = face;
      g_clear_object (&self->texture);
      self->n_bars = 0;
      self->told = -1;
      gtk_widget_queue_resize (GTK_WIDGET (self));
    }
  describe (self, node);
  cju_ports_update (GTK_WIDGET (self), self->document, node);
  gtk_widget_set_opacity (GTK_WIDGET (self), node->muted ? 0.45 : 1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* The largest probabilities of the softmax of the scores. */
static void
find_bars (CjuCard *self, const CjTensor *scores)
{
  const gint64 k = scores->shape.dims[1];
  const float *z = cj_tensor_f32 (scores);
  double sum = 0, largest = -INFINITY;

  for (gint64 i = 0; i < k; i++)
    largest = MAX (largest, z[i]);
  for (gint64 i = 0; i < k; i++)
    sum += exp (z[i] - largest);
  self->n_bars = (int) MIN (k, BARS);
  for (int b = 0; b < self->n_bars; b++)
    {
      int best = -1;

      for (int i = 0; i < k; i++)
        {
          gboolean taken = FALSE;

          for (int c = 0; c < b; c++)
            taken |= self->classes[c] == i;
          if (!taken && (best < 0 || z[i] > z[best]))
            best = i;
        }
      self->classes[b] = best;
      self->bars[b] = (float) (exp (z[best] - largest) / sum);
    }
}

void
cju_card_update_picture (CjuCard *self)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *tensor = frame != NULL ? cjl_probe_frame_find (frame, self->id) : NULL;
  const CjNode *node = get_node (self);
  GtkSettings *settings = gtk_settings_get_default ();
  gboolean dark = FALSE;

  g_object_get (settings, "gtk-application-prefer-dark-theme", &dark, NULL);
  if (self->face == FACE_BARS && tensor != NULL)
    {
      find_bars (self, tensor);
      if (self->classes[0] != self->told && node != NULL)
        {
          self->told = self->classes[0];
          describe (self, node);
        }
    }
  else if (self->face == FACE_PLANE)
    {
      const CjTensor *scores
          = frame != NULL ? cjl_probe_frame_find_surface (frame, self->id) : NULL;

      g_clear_pointer (&self->plane, cjv_frame_free);
      if (scores != NULL)
        self->plane = cjl_decision_frame (cju_document_get_dataset (self->document), scores);
    }
  else if (tensor != NULL && self->face != FACE_CURVE && self->face != FACE_PLAIN)
    {
      const int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
      const CjTensor *surface = cjl_probe_frame_find_surface (frame, self->id);

      if (self->face == FACE_MAPS && surface != NULL)
        tensor = surface;
      g_clear_object (&self->texture);
      self->texture
          = cju_picture_new (tensor, self->face == FACE_IMAGE, dark, PICTURE_WIDTH * scale,
                             (self->face == FACE_UNITS ? UNITS_HEIGHT : MAPS_HEIGHT) * scale);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
cju_card_get_height (CjuCard *self)
{
  switch (self->face)
    {
    case FACE_IMAGE:
    case FACE_MAPS:
    case FACE_PLANE:
      return HEADER + MAPS_HEIGHT + PADDING;
    case FACE_UNITS:
      return HEADER + UNITS_HEIGHT + PADDING;
    case FACE_BARS:
      return HEADER + BARS * BAR_STEP + PADDING;
    case FACE_CURVE:
      return HEADER + UNITS_HEIGHT + PADDING;
    case FACE_PLAIN:
    default:
      return HEADER + 8;
    }
}

static void
append_text (GtkWidget *widget, GtkSnapshot *snapshot, const char *text, float x, float y,
             int width, const GdkRGBA *color, gboolean bold, double scale)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (widget, text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_scale_new (scale));
  if (bold)
    pango_attr_list_insert (attrs, pango_attr_weight_new (PANGO_WEIGHT_BOLD));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_bars (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  GdkRGBA track = *ink, bar;

  track.alpha = 0.08f;
  gdk_rgba_parse (&bar, "#26a269");
  for (int b = 0; b < self->n_bars && dataset != NULL; b++)
    {
      const float y = (float) (HEADER + b * BAR_STEP);
      g_autofree char *name = dup_class (self, self->classes[b]);
      const float full = PICTURE_WIDTH - 40;

      append_text (GTK_WIDGET (self), snapshot, name, PADDING, y, 36, ink, b == 0, 0.8);
      gtk_snapshot_append_color (snapshot, &track,
                                 &GRAPHENE_RECT_INIT (PADDING + 40, y + 3, full, 9));
      gtk_snapshot_append_color (
          snapshot, &bar,
          &GRAPHENE_RECT_INIT (PADDING + 40, y + 3, MAX (full * self->bars[b], 1), 9));
    }
}

/* The loss of the run so far, thinned to the width of the card. */
static void
snapshot_curve (CjuCard *self, GtkSnapshot *snapshot)
{
  CjlSession *session = cju_document_get_session (self->document);
  const GArray *points = session != NULL ? cjl_session_read_points (session) : NULL;
  float top = 0;
  cairo_t *cr;

  if (points == NULL || points->len < 2)
    return;
  for (guint i = 0; i < points->len; i++)
    top = MAX (top, g_array_index (points, CjRunPoint, i).loss);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (PADDING, HEADER, PICTURE_WIDTH, UNITS_HEIGHT));
  cairo_set_source_rgb (cr, 0.9, 0.38, 0);
  cairo_set_line_width (cr, 1.5);
  for (int x = 0; x < PICTURE_WIDTH; x++)
    {
      const guint begin = (guint) ((guint64) points->len * (guint) x / PICTURE_WIDTH);
      const guint end
          = MAX ((guint) ((guint64) points->len * (guint) (x + 1) / PICTURE_WIDTH), begin + 1);
      double sum = 0;

      for (guint i = begin; i < end; i++)
        sum += g_array_index (points, CjRunPoint, i).loss;
      cairo_line_to (cr, PADDING + x + 0.5,
                     HEADER + UNITS_HEIGHT - 2
                         - sum / (end - begin) / MAX (top, 1e-9f) * (UNITS_HEIGHT - 6));
    }
  cairo_stroke (cr);
  cairo_destroy (cr);
}

static void
snapshot_texture (CjuCard *self, GtkSnapshot *snapshot)
{
  const float scale = (float) gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const float w = (float) gdk_texture_get_width (self->texture) / scale;
  const float h = (float) gdk_texture_get_height (self->texture) / scale;

  gtk_snapshot_append_texture (
      snapshot, self->texture,
      &GRAPHENE_RECT_INIT (floorf ((CJU_CARD_WIDTH - w) / 2), HEADER, w, h));
}

/* A yellow line on a black one is seen on any picture. */
static void
snapshot_ring (GtkSnapshot *snapshot, double x, double y, double width, double height)
{
  static const struct
  {
    float line;
    GdkRGBA color;
  } rings[] = { { 2.5f, { 0, 0, 0, 1 } }, { 1.2f, { 1, 0.85f, 0.1f, 1 } } };

  for (guint i = 0; i < G_N_ELEMENTS (rings); i++)
    {
      const float w = rings[i].line;
      const float widths[4] = { w, w, w, w };
      const GdkRGBA colors[4] = { rings[i].color, rings[i].color, rings[i].color, rings[i].color };
      GskRoundedRect rect;

      gsk_rounded_rect_init_from_rect (&rect,
                                       &GRAPHENE_RECT_INIT ((float) x - w / 2, (float) y - w / 2,
                                                            (float) width + w, (float) height + w),
                                       0);
      gtk_snapshot_append_border (snapshot, &rect, widths, colors);
    }
}

/* What the card's picture shows: over the plane where the data has two features. */
static const CjTensor *
get_shown (CjuCard *self)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *surface = frame != NULL ? cjl_probe_frame_find_surface (frame, self->id) : NULL;

  return frame == NULL                                ? NULL
         : self->face == FACE_MAPS && surface != NULL ? surface
                                                      : cjl_probe_frame_find (frame, self->id);
}

/* The upper left corner of the texture on the card, and its pixels a px. */
static float
find_texture (CjuCard *self, double *left)
{
  const float scale = (float) gtk_widget_get_scale_factor (GTK_WIDGET (self));
  const float w = (float) gdk_texture_get_width (self->texture) / scale;

  *left = floorf ((CJU_CARD_WIDTH - w) / 2);
  return scale;
}

/* On the card of the chosen unit: which map, and where on it. */
static void
snapshot_unit (CjuCard *self, GtkSnapshot *snapshot, const CjuUnit *unit)
{
  const CjTensor *shown = get_shown (self);
  double left;
  const float scale = find_texture (self, &left);
  const int height = self->face == FACE_UNITS ? UNITS_HEIGHT : MAPS_HEIGHT;
  int x, y, w, h;

  if (shown == NULL
      || !cju_picture_place (shown, (int) (PICTURE_WIDTH * scale), (int) (height * scale),
                             unit->unit, &x, &y, &w, &h))
    return;
  snapshot_ring (snapshot, left + x / scale, HEADER + y / scale, w / scale, h / scale);
  if (shown->shape.n_dims == 4 && self->face == FACE_MAPS && unit->row < shown->shape.dims[2]
      && unit->column < shown->shape.dims[3])
    {
      const double side_y = h / scale / (double) shown->shape.dims[2];
      const double side_x = w / scale / (double) shown->shape.dims[3];

      snapshot_ring (snapshot, left + x / scale + side_x * (double) unit->column,
                     HEADER + y / scale + side_y * (double) unit->row, side_x, side_y);
    }
}

/* On the card of the input: the pixels that the chosen place saw. */
static void
snapshot_field (CjuCard *self, GtkSnapshot *snapshot, const CjuUnit *unit)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  CjNode *node = cj_graph_find (graph, unit->node);
  const CjTensor *shown = get_shown (self);
  CjlField field;
  double left, side;
  float scale;

  if (node == NULL || lowered == NULL || shown == NULL || shown->shape.n_dims != 4
      || !cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, node), unit->row,
                               unit->column, &field))
    return;
  scale = find_texture (self, &left);
  side = gdk_texture_get_width (self->texture) / scale / (double) shown->shape.dims[3];
  snapshot_ring (snapshot, left + side * (double) field.left, HEADER + side * (double) field.top,
                 side * (double) (field.right - field.left + 1),
                 side * (double) (field.bottom - field.top + 1));
}

static void
snapshot_plane (CjuCard *self, GtkSnapshot *snapshot)
{
  const CjvFigureInfo *info = cjv_figure_find ("decision");
  g_autofree gpointer params = cjv_figure_new_params (info);
  gboolean dark = FALSE;
  CjvStyle style;
  cairo_t *cr;

  if (self->plane == NULL)
    return;
  g_object_get (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", &dark, NULL);
  cjv_style_init (&style, dark);
  style.transparent = TRUE;
  style.bare = TRUE;
  style.scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  cj_params_parse (info->params, params, "held", "false", NULL);
  cr = gtk_snapshot_append_cairo (
      snapshot, &GRAPHENE_RECT_INIT (PADDING, HEADER, PICTURE_WIDTH, MAPS_HEIGHT));
  cairo_translate (cr, PADDING, HEADER);
  cjv_figure_draw (info, self->plane, params, &style, cr, PICTURE_WIDTH, MAPS_HEIGHT);
  cairo_destroy (cr);
}

void
cju_card_pick (CjuCard *self, double x, double y)
{
  const CjTensor *shown = get_shown (self);
  const int height = self->face == FACE_UNITS ? UNITS_HEIGHT : MAPS_HEIGHT;
  gint64 unit, row = 0, column = 0;
  double left;
  float scale;

  if (shown == NULL || self->texture == NULL
      || (self->face != FACE_MAPS && self->face != FACE_UNITS))
    return;
  scale = find_texture (self, &left);
  if (cju_picture_find (shown, (int) (PICTURE_WIDTH * scale), (int) (height * scale),
                        (x - left) * scale, (y - HEADER) * scale, &unit, &row, &column))
    cju_document_choose_unit (self->document, self->id, unit, row, column);
}

static void
cju_card_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCard *self = CJU_CARD (widget);
  const CjNode *node = get_node (self);
  GdkRGBA ink, dim, accent;

  if (node == NULL)
    return;
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ink);
  dim = ink;
  dim.alpha = adw_style_manager_get_high_contrast (adw_style_manager_get_default ()) ? 1 : 0.65f;
  accent = cju_category_color (node->layer->category);
  gtk_snapshot_append_color (snapshot, &accent, &GRAPHENE_RECT_INIT (PADDING, 11, 9, 9));
  append_text (widget, snapshot, self->title, PADDING + 15, 5, PICTURE_WIDTH - 15, &ink, TRUE,
               0.92);
  if (self->trouble != NULL)
    gdk_rgba_parse (&dim, "#e01b24");
  append_text (widget, snapshot, self->trouble != NULL ? self->trouble : self->subtitle, PADDING,
               24, PICTURE_WIDTH, &dim, FALSE, 0.82);
  if (self->face == FACE_BARS)
    snapshot_bars (self, snapshot, &ink);
  else if (self->face == FACE_CURVE)
    snapshot_curve (self, snapshot);
  else if (self->face == FACE_PLANE)
    snapshot_plane (self, snapshot);
  else if (self->texture != NULL)
    {
      const CjuUnit unit = cju_document_get_unit (self->document);

      snapshot_texture (self, snapshot);
      if (unit.node != NULL && g_str_equal (unit.node, self->id))
        snapshot_unit (self, snapshot, &unit);
      else if (unit.node != NULL && self->face == FACE_IMAGE)
        snapshot_field (self, snapshot, &unit);
    }
}

static void
cju_card_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum,
                  int *natural, int *minimum_baseline, int *natural_baseline)
{
  (void) for_size;
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL
                            ? CJU_CARD_WIDTH
                            : cju_card_get_height (CJU_CARD (widget));
  *minimum_baseline = *natural_baseline = -1;
}

static void
cju_card_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  (void) width;
  (void) height;
  (void) baseline;
  cju_ports_allocate (widget);
}

static void
on_unit (CjuCard *self)
{
  const CjNode *node = get_node (self);

  if (node != NULL)
    describe (self, node);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_card_set_selected (CjuCard *self, gboolean selected)
{
  const CjNode *node = get_node (self);

  if (selected == gtk_widget_has_css_class (GTK_WIDGET (self), "selected"))
    return;
  if (selected)
    gtk_widget_add_css_class (GTK_WIDGET (self), "selected");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "selected");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
  if (node != NULL)
    describe (self, node);
}

/* "card.mute" is "canvas.mute" for this card, or for the whole selection if it is part of it. */
static void
card_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (CjuCard) self = g_object_ref (CJU_CARD (widget)); /* it may delete itself */
  g_autofree char *action = g_strconcat ("canvas.", name + strlen ("card."), NULL);

  (void) parameter;
  if (!cju_document_is_selected (self->document, self->id))
    cju_document_select (self->document, self->id);
  if (!g_str_equal (name, "card.select"))
    gtk_widget_activate_action (widget, action, NULL);
}

static void
on_focus (GtkEventControllerFocus *controller, gpointer data)
{
  CjuCard *self = data;

  (void) controller;
  if (!cju_document_is_selected (self->document, self->id))
    cju_document_select (self->document, self->id);
}

static void
cju_card_finalize (GObject *object)
{
  CjuCard *self = CJU_CARD (object);

  g_clear_object (&self->texture);
  g_clear_pointer (&self->plane, cjv_frame_free);
  g_free (self->id);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->trouble);
  g_free (self->words);
  G_OBJECT_CLASS (cju_card_parent_class)->finalize (object);
}

static void
cju_card_dispose (GObject *object)
{
  cju_ports_remove (GTK_WIDGET (object));
  G_OBJECT_CLASS (cju_card_parent_class)->dispose (object);
}

static void
cju_card_class_init (CjuCardClass *class)
{
  static const char *const actions[]
      = { "card.select", "card.mute", "card.freeze", "card.delete", "card.duplicate",
          "card.copy",   "card.cut",  "card.link",   "card.menu" };
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_card_dispose;
  G_OBJECT_CLASS (class)->finalize = cju_card_finalize;
  widget->size_allocate = cju_card_size_allocate;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget, actions[i], NULL, card_action);
  widget->snapshot = cju_card_snapshot;
  widget->measure = cju_card_measure;
  gtk_widget_class_set_css_name (widget, "networkcard");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
cju_card_init (CjuCard *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->told = -1;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  /* data flow to the right in every language, and shapes are read so */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (focus, "enter", G_CALLBACK (on_focus), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

GtkWidget *
cju_card_new (CjuDocument *document, const char *id)
{
  CjuCard *self = g_object_new (CJU_TYPE_CARD, NULL);
  g_autofree char *topic = NULL;

  self->document = document;
  self->id = g_strdup (id);
  topic = g_strconcat ("layer/", get_node (self)->layer->id, NULL);
  cju_help_set_topic (GTK_WIDGET (self), topic);
  g_signal_connect_object (document, "unit", G_CALLBACK (on_unit), self, G_CONNECT_SWAPPED);
  cju_card_update (self);
  cju_card_update_picture (self);
  return GTK_WIDGET (self);
}

const char *
cju_card_get_id (CjuCard *self)
{
  return self->id;
}
