/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-card-private.h"

#include "cjl-arrange.h"
#include "cjl-drawing.h"
#include "cjl-figures.h"
#include "cju-access.h"
#include "cju-help.h"
#include "cju-picture.h"
#include "cju-port.h"
#include "cju-problems.h"
#include "cju-tile.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

/* Heights of the text on the screen, in pixels, from which on a card shows more. */
#define READABLE 6.0
#define LARGE 20.0
#define HUGE_TEXT 31.0
#define TITLE_SCALE 0.92

G_DEFINE_FINAL_TYPE (CjuCard, cju_card, GTK_TYPE_WIDGET)

/* The node whose result it shows, or NULL. */
static CjNode *
get_node (CjuCard *self)
{
  return self->shown != NULL
             ? cj_graph_find (cju_document_get_project (self->document)->graph, self->shown)
             : NULL;
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

static CjuFace
choose_face (CjuCard *self, const CjNode *node)
{
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  const CjdDataset *dataset = cju_document_get_dataset (self->document);
  const CjShape *shape;
  int index;

  if (self->trouble != NULL && !self->is_block)
    return CJU_FACE_TROUBLE;
  if (node == NULL)
    return CJU_FACE_PLAIN;
  if (node->layer->role == CJ_ROLE_LOSS)
    return CJU_FACE_CURVE;
  index = cj_graph_get_index (cju_document_get_project (self->document)->graph, node);
  if (lowered == NULL || index < 0 || !lowered->nodes[index].valid)
    return CJU_FACE_PLAIN;
  if (node->layer->role == CJ_ROLE_INPUT && dataset->x_dtype == CJ_INT32)
    return CJU_FACE_LETTERS;
  shape = cj_builder_get_shape (lowered->builder, lowered->nodes[index].out[0]);
  if (shape->n_dims >= 3)
    return node->layer->role == CJ_ROLE_INPUT ? CJU_FACE_IMAGE : CJU_FACE_MAPS;
  if (shape->n_dims != 2)
    return CJU_FACE_PLAIN;
  if (cjd_dataset_get_x_shape (dataset).dims[0] == 2
      && cjd_dataset_get_x_shape (dataset).n_dims == 1 && node->layer->role == CJ_ROLE_LAYER)
    return shows_classes (self, node, shape) ? CJU_FACE_PLANE : CJU_FACE_MAPS;
  return shows_classes (self, node, shape) ? CJU_FACE_BARS : CJU_FACE_UNITS;
}

/* The values a person looks at first: the first parameters of the table, in a few words. */
static char *
make_subtitle (CjuCard *self, const CjNode *node)
{
  if (node->layer->role == CJ_ROLE_INPUT)
    {
      const CjdDataset *dataset = cju_document_get_dataset (self->document);

      return dataset != NULL ? g_strdup_printf ("%s · %'" G_GSIZE_FORMAT, dataset->name,
                                                cjd_dataset_count (dataset, CJD_SPLIT_TRAIN))
                             : g_strdup (_ ("loading…"));
    }
  return cjl_drawing_dup_words (node);
}

/* "Encoder, block, 4 layers, 18,496 parameters, selected". You free. */
static char *
print_block (CjuCard *self)
{
  return g_strdup_printf ("%s, %s, %s, %s%s%s", self->title, _ ("block"), self->subtitle,
                          self->footer, self->trouble != NULL ? _ (", has a problem") : "",
                          self->selected ? _ (", selected") : "");
}

char *
cju_card_dup_class (CjuCard *self, int class)
{
  const CjdDataset *dataset = cju_document_get_dataset (self->document);

  return dataset != NULL && dataset->class_names != NULL && class < (int) dataset->n_classes
             ? g_strdup (dataset->class_names[class])
             : g_strdup_printf ("%d", class);
}

static void
describe (CjuCard *self)
{
  const CjNode *node = self->is_block ? NULL : get_node (self);
  char *words;
  g_autofree char *more = node != NULL ? cju_access_describe_card (self->document, node) : NULL;
  g_autofree char *says = NULL;
  const char *blurb = node != NULL ? _ (node->layer->blurb) : _ ("A block: Enter goes inside");

  if (node == NULL && !self->is_block)
    return; /* deleted a moment ago */
  words = node != NULL ? cju_access_print_card (self->document, node, self->selected)
                       : print_block (self);
  if (g_strcmp0 (words, self->words) != 0)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                    -1);
  if (self->told >= 0)
    {
      g_autofree char *class = cju_card_dup_class (self, self->told);

      says = g_strdup_printf (_ ("%s. Most likely %s"), more != NULL ? more : blurb, class);
    }
  /* the description after the tooltip, which GTK takes for one */
  cju_access_tip (GTK_WIDGET (self), self->trouble != NULL ? self->trouble : blurb);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  says != NULL   ? says
                                  : more != NULL ? more
                                                 : blurb,
                                  -1);
  g_free (self->words);
  self->words = words;
}

static const CjProblem *
find_problem (CjuCard *self, const GPtrArray *nodes)
{
  for (guint i = 0; i < nodes->len; i++)
    {
      const CjProblem *problem = cju_document_find_problem (self->document, nodes->pdata[i]);

      if (problem != NULL)
        return problem;
    }
  return NULL;
}

static void
write_block (CjuCard *self, const CjlCard *seen, const GPtrArray *nodes)
{
  const gint64 n = cju_document_count_parameters (self->document, nodes);

  self->title = g_strdup (seen->block->title);
  self->subtitle = g_strdup_printf (
      g_dngettext (GETTEXT_PACKAGE, "%u layer", "%u layers", nodes->len), nodes->len);
  self->footer = n < 0 ? g_strdup (_ ("loading…"))
                       : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'lld parameter",
                                                       "%'lld parameters", (gulong) n),
                                          (long long) n);
}

static void
on_mend (CjuCard *self)
{
  const CjNode *node = get_node (self);
  const CjProblem *problem = node != NULL ? cju_document_find_problem (self->document, node) : NULL;

  if (problem != NULL)
    cju_document_mend (self->document, problem);
}

/* The button that does what the problem offers. */
static void
offer_mend (CjuCard *self, const CjProblem *problem)
{
  g_autofree char *words = problem != NULL && !self->is_block
                               ? cju_document_print_mend (self->document, problem)
                               : NULL;
  GtkWidget *label;

  if (words == NULL)
    {
      g_clear_pointer (&self->mend, gtk_widget_unparent);
      return;
    }
  if (self->mend == NULL)
    {
      self->mend = gtk_button_new ();
      label = gtk_label_new (NULL);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_button_set_child (GTK_BUTTON (self->mend), label);
      gtk_widget_add_css_class (self->mend, "card-mend");
      g_signal_connect_swapped (self->mend, "clicked", G_CALLBACK (on_mend), self);
      gtk_widget_set_parent (self->mend, GTK_WIDGET (self));
    }
  gtk_label_set_text (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (self->mend))), words);
  cju_access_tip (self->mend, words);
  cju_access_name (self->mend, words);
}

/* Whether all that learn of some nodes are frozen, and one is. */
static gboolean
are_frozen (CjuCard *self, GPtrArray *nodes)
{
  gboolean any = FALSE;

  for (guint i = 0; i < nodes->len; i++)
    {
      g_autoptr (GPtrArray) one = g_ptr_array_new ();

      any |= ((const CjNode *) nodes->pdata[i])->frozen;
      if (((const CjNode *) nodes->pdata[i])->frozen)
        continue;
      g_ptr_array_add (one, nodes->pdata[i]);
      if (cju_document_count_parameters (self->document, one) > 0)
        return FALSE;
    }
  return any;
}

void
cju_card_update (CjuCard *self, const CjlCard *seen)
{
  const CjGraph *graph = cju_document_get_project (self->document)->graph;
  const char *const ids[] = { seen->id, NULL };
  g_autoptr (GPtrArray) nodes = cjl_arrange_find_nodes (graph, ids);
  const CjProblem *problem = find_problem (self, nodes);
  const int height = cju_card_get_height (self);
  gboolean muted = nodes->len > 0;

  self->lesioned = nodes->len > 0;
  self->frozen = are_frozen (self, nodes);
  for (guint i = 0; i < nodes->len; i++)
    {
      muted &= ((const CjNode *) nodes->pdata[i])->muted;
      self->lesioned &= ((const CjNode *) nodes->pdata[i])->lesioned;
    }
  g_free (self->shown);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->trouble);
  g_clear_pointer (&self->footer, g_free);
  self->shown = seen->last != NULL ? g_strdup (seen->last->id) : NULL;
  self->n_ports = MAX (seen->in->len, seen->out->len);
  self->trouble = problem != NULL ? g_strdup (problem->sentence) : NULL;
  self->grave = problem != NULL && problem->kind == CJ_PROBLEM_ERROR;
  if (seen->block != NULL)
    write_block (self, seen, nodes);
  else
    {
      self->title = g_strdup (_ (seen->node->layer->title));
      self->subtitle = make_subtitle (self, seen->node);
      if (self->lesioned)
        {
          g_autofree char *was = g_steal_pointer (&self->subtitle);

          self->subtitle = g_strdup_printf (_ ("lesioned · %s"), was);
        }
    }
  offer_mend (self, problem);
  if (choose_face (self, seen->last) != self->face)
    {
      self->face = choose_face (self, seen->last);
      g_clear_object (&self->picture);
      self->n_bars = 0;
      self->told = -1;
    }
  if (height != cju_card_get_height (self))
    gtk_widget_queue_resize (GTK_WIDGET (self));
  describe (self);
  cju_ports_update (GTK_WIDGET (self), self->document, seen);
  gtk_widget_set_opacity (GTK_WIDGET (self), muted ? 0.45 : 1);
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
  self->n_bars = (int) MIN (k, CJU_CARD_BARS);
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

/* Whether what it shows is one picture. */
static gboolean
has_picture (const CjuCard *self)
{
  return self->face == CJU_FACE_IMAGE || self->face == CJU_FACE_MAPS
         || self->face == CJU_FACE_UNITS;
}

void
cju_card_update_picture (CjuCard *self)
{
  const CjlProbeFrame *frame = cju_document_get_frame (self->document);
  const CjTensor *tensor = cju_card_get_shown (self);
  gboolean dark = FALSE;

  if (self->detail == CJU_DETAIL_NAME)
    return;
  g_object_get (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", &dark, NULL);
  if (self->face == CJU_FACE_BARS && tensor != NULL)
    {
      find_bars (self, tensor);
      if (self->classes[0] != self->told)
        {
          self->told = self->classes[0];
          describe (self);
        }
    }
  else if (self->face == CJU_FACE_PLANE && self->shown != NULL)
    {
      const CjTensor *scores
          = frame != NULL ? cjl_probe_frame_find_surface (frame, self->shown) : NULL;

      g_clear_pointer (&self->plane, cjv_frame_free);
      if (scores != NULL)
        self->plane = cjl_decision_frame (cju_document_get_dataset (self->document), scores);
    }
  else if (self->face == CJU_FACE_LETTERS && tensor != NULL && tensor->dtype == CJ_INT32)
    {
      g_free (self->letters);
      self->letters
          = cju_tile_print_symbols (cju_document_get_dataset (self->document),
                                    cj_tensor_i32 (tensor), (gsize) cj_shape_size (&tensor->shape));
    }
  else if (tensor != NULL && has_picture (self))
    {
      const double zoom = ceil (self->zoom * 4) / 4; /* not another picture for every turn */

      self->fine
          = gtk_widget_get_scale_factor (GTK_WIDGET (self)) * (cju_card_is_fine (self) ? zoom : 1);
      g_clear_object (&self->picture);
      self->picture = cju_picture_new (
          tensor, self->face == CJU_FACE_IMAGE, dark, (int) (CJU_CARD_PICTURE_WIDTH * self->fine),
          (int) (cju_card_get_picture_height (self) * self->fine), cju_card_is_fine (self));
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_card_set_zoom (CjuCard *self, double zoom)
{
  double text;
  CjuDetail detail;

  if (zoom == self->zoom) /* of every card in view on every frame that pans */
    return;
  text = TITLE_SCALE * cju_access_get_text_size (GTK_WIDGET (self)) * zoom;
  detail = text < READABLE    ? CJU_DETAIL_NAME
           : text < LARGE     ? CJU_DETAIL_THUMBNAIL
           : text < HUGE_TEXT ? CJU_DETAIL_MAPS
                              : CJU_DETAIL_UNITS;
  self->zoom = zoom;
  if (detail != self->detail && self->mend != NULL)
    gtk_widget_set_child_visible (self->mend, detail != CJU_DETAIL_NAME);
  if (detail != self->detail || detail >= CJU_DETAIL_MAPS)
    {
      self->detail = detail;
      cju_card_update_picture (self);
    }
  if (detail != CJU_DETAIL_THUMBNAIL)
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
cju_card_get_height (CjuCard *self)
{
  const int least = CJU_CARD_PORT_Y + (int) self->n_ports * CJU_CARD_PORT_STEP;
  const int more
      = (self->footer != NULL ? CJU_CARD_FOOTER : 0) + (self->mend != NULL ? CJU_CARD_MEND : 0);
  int picture = 8 - CJU_CARD_PADDING;

  if (self->face == CJU_FACE_BARS)
    picture = CJU_CARD_BARS * CJU_CARD_BAR_STEP;
  else if (self->face == CJU_FACE_CURVE || self->face == CJU_FACE_UNITS
           || self->face == CJU_FACE_TROUBLE)
    picture = CJU_CARD_UNITS_HEIGHT;
  else if (self->face != CJU_FACE_PLAIN)
    picture = CJU_CARD_MAPS_HEIGHT;
  return MAX (CJU_CARD_HEADER + picture + CJU_CARD_PADDING + more, least);
}

void
cju_card_pick (CjuCard *self, double x, double y)
{
  const CjTensor *shown = cju_card_get_shown (self);
  const int height = cju_card_get_picture_height (self);
  gint64 unit, row = 0, column = 0;
  double left, scale;

  if (shown == NULL || self->picture == NULL
      || (self->face != CJU_FACE_MAPS && self->face != CJU_FACE_UNITS))
    return;
  scale = cju_card_find_picture (self, &left);
  if (cju_picture_find (shown, (int) (CJU_CARD_PICTURE_WIDTH * scale), (int) (height * scale),
                        cju_card_is_fine (self), (x - left) * scale, (y - CJU_CARD_HEADER) * scale,
                        &unit, &row, &column))
    cju_document_choose_unit (self->document, self->shown, unit, row, column);
}

/* The sentence that says what is wrong, or the letters of the sample, in as many lines as there is room
 * for. */
static void
snapshot_lines (CjuCard *self, GtkSnapshot *snapshot, const char *text, int height,
                const GdkRGBA *color)
{
  g_autoptr (PangoLayout) layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), text);
  g_autoptr (PangoAttrList) attrs = pango_attr_list_new ();

  pango_attr_list_insert (attrs, pango_attr_scale_new (0.72));
  pango_layout_set_attributes (layout, attrs);
  pango_layout_set_width (layout, CJU_CARD_PICTURE_WIDTH * PANGO_SCALE);
  pango_layout_set_height (layout, height * PANGO_SCALE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (CJU_CARD_PADDING, CJU_CARD_HEADER - 1));
  gtk_snapshot_append_layout (snapshot, layout, color);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_words (CjuCard *self, GtkSnapshot *snapshot, const GdkRGBA *ink, const GdkRGBA *accent)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GdkRGBA dim = *ink, red;

  dim.alpha = cju_access_is_high_contrast () ? 1 : 0.65f;
  gdk_rgba_parse (&red, ink->red > 0.5 ? "#ff7b63" : "#c01c28");
  gtk_snapshot_append_color (snapshot, accent, &GRAPHENE_RECT_INIT (CJU_CARD_PADDING, 11, 9, 9));
  cju_card_append_text (widget, snapshot, self->title, CJU_CARD_PADDING + 15, 5,
                        CJU_CARD_PICTURE_WIDTH - 15 - (self->frozen ? CJU_CARD_LOCK + 4 : 0), ink,
                        TRUE, TITLE_SCALE);
  if (self->frozen)
    cju_card_snapshot_lock (self, snapshot, ink);
  cju_card_append_text (widget, snapshot, self->subtitle, CJU_CARD_PADDING, 24,
                        CJU_CARD_PICTURE_WIDTH, &dim, FALSE, 0.82);
  if (self->footer != NULL)
    cju_card_append_text (widget, snapshot, self->footer, CJU_CARD_PADDING,
                          (float) (cju_card_get_height (self) - CJU_CARD_FOOTER - 6),
                          CJU_CARD_PICTURE_WIDTH, self->grave ? &red : &dim, FALSE, 0.82);
  if (self->face == CJU_FACE_TROUBLE)
    snapshot_lines (self, snapshot, self->trouble, CJU_CARD_UNITS_HEIGHT,
                    self->grave ? &red : &dim);
  else if (self->face == CJU_FACE_LETTERS && self->letters != NULL)
    snapshot_lines (self, snapshot, self->letters, CJU_CARD_MAPS_HEIGHT, ink);
}

static void
cju_card_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  CjuCard *self = CJU_CARD (widget);
  const CjNode *node = get_node (self);
  GdkRGBA ink, accent;

  accent = cju_category_color (self->is_block ? "block"
                               : node != NULL ? node->layer->category
                                              : "");
  if (self->detail == CJU_DETAIL_NAME)
    {
      cju_card_snapshot_name (self, snapshot, &accent);
      if (self->frozen)
        cju_card_snapshot_lock (self, snapshot, &(const GdkRGBA){ 1, 1, 1, 1 });
      if (self->lesioned)
        cju_card_snapshot_lesion (self, snapshot);
      return;
    }
  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &ink);
  cju_card_snapshot_body (self, snapshot, &ink);
  snapshot_words (self, snapshot, &ink, &accent);
  cju_card_snapshot_face (self, snapshot, &ink);
  if (self->lesioned)
    cju_card_snapshot_lesion (self, snapshot);
  if (self->mend != NULL)
    gtk_widget_snapshot_child (widget, self->mend, snapshot);
}

static void
cju_card_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  CjuCard *self = CJU_CARD (widget);
  const GtkAllocation at = { CJU_CARD_PADDING, height - CJU_CARD_MEND, width - 2 * CJU_CARD_PADDING,
                             CJU_CARD_MEND - 8 };

  (void) baseline;
  if (self->mend != NULL)
    gtk_widget_size_allocate (self->mend, &at, -1);
  cju_ports_allocate (widget);
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
on_unit (CjuCard *self)
{
  describe (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
cju_card_set_selected (CjuCard *self, gboolean selected)
{
  if (selected == self->selected)
    return;
  if (selected)
    gtk_widget_add_css_class (GTK_WIDGET (self), "selected");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "selected");
  self->selected = selected;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_SELECTED, selected, -1);
  describe (self);
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
cju_card_dispose (GObject *object)
{
  g_clear_pointer (&CJU_CARD (object)->mend, gtk_widget_unparent);
  cju_ports_remove (GTK_WIDGET (object));
  G_OBJECT_CLASS (cju_card_parent_class)->dispose (object);
}

static void
cju_card_finalize (GObject *object)
{
  CjuCard *self = CJU_CARD (object);

  g_clear_object (&self->picture);
  g_clear_pointer (&self->plane, cjv_frame_free);
  g_free (self->id);
  g_free (self->shown);
  g_free (self->title);
  g_free (self->subtitle);
  g_free (self->footer);
  g_free (self->trouble);
  g_free (self->words);
  g_free (self->letters);
  G_OBJECT_CLASS (cju_card_parent_class)->finalize (object);
}

static void
cju_card_class_init (CjuCardClass *class)
{
  static const char *const actions[]
      = { "card.select", "card.mute", "card.freeze", "card.lesion", "card.delete", "card.duplicate",
          "card.copy",   "card.cut",  "card.wire",   "card.menu",   "card.enter" };
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget, actions[i], NULL, card_action);
  G_OBJECT_CLASS (class)->dispose = cju_card_dispose;
  G_OBJECT_CLASS (class)->finalize = cju_card_finalize;
  widget->size_allocate = cju_card_size_allocate;
  widget->snapshot = cju_card_snapshot;
  widget->measure = cju_card_measure;
  gtk_widget_class_set_css_name (widget, "networkcard");
  gtk_widget_class_set_accessible_role (widget, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
cju_card_init (CjuCard *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->zoom = self->fine = 1;
  self->told = -1;
  /* data flow to the right in every language, and shapes are read so */
  gtk_widget_set_direction (GTK_WIDGET (self), GTK_TEXT_DIR_LTR);
  self->detail = CJU_DETAIL_THUMBNAIL;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  g_signal_connect (focus, "enter", G_CALLBACK (on_focus), self);
  gtk_widget_add_controller (GTK_WIDGET (self), focus);
}

GtkWidget *
cju_card_new (CjuDocument *document, const CjlCard *seen)
{
  CjuCard *self = g_object_new (CJU_TYPE_CARD, NULL);
  g_autofree char *topic = NULL;

  self->document = document;
  self->id = g_strdup (seen->id);
  self->is_block = seen->block != NULL;
  if (self->is_block)
    gtk_widget_add_css_class (GTK_WIDGET (self), "block");
  topic = self->is_block ? g_strdup ("guide/blocks")
                         : g_strconcat ("layer/", seen->node->layer->id, NULL);
  cju_help_set_topic (GTK_WIDGET (self), topic);
  g_signal_connect_object (document, "unit", G_CALLBACK (on_unit), self, G_CONNECT_SWAPPED);
  cju_card_update (self, seen);
  cju_card_update_picture (self);
  return GTK_WIDGET (self);
}

const char *
cju_card_get_id (CjuCard *self)
{
  return self->id;
}
