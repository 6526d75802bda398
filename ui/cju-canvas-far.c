/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The canvas as seen from far, where no word can be read: cards are rectangles, wires lines across and
 * down, all of it on whole pixels and recorded once, so that a view that moves draws it again as it is. */
#include "cju-canvas-private.h"

#include "cju-bake.h"
#include "cju-picture.h"

#include <math.h>

#define MAX_PICTURE 4e6 /* pixels of a picture of it all */

static void
append_wire (CjuCanvas *self, GtkSnapshot *snapshot, const GdkRGBA *color, const CjlLine *line)
{
  double e[4], middle;

  cju_canvas_get_world_line (self, line, e);
  for (guint i = 0; i < 4; i++)
    e[i] = floor (self->zoom * e[i]) + 0.5;
  middle = e[2] > e[0] ? floor ((e[0] + e[2]) / 2) + 0.5 : e[2] - 2;
  cju_canvas_append_line (snapshot, color, 1, e[0], e[1], middle, e[1]);
  if (e[1] != e[3])
    cju_canvas_append_line (snapshot, color, 1, middle, e[1], middle, e[3]);
  cju_canvas_append_line (snapshot, color, 1, middle, e[3], e[2], e[3]);
}

static gboolean
is_bad (CjuCanvas *self, const CjlCard *card)
{
  const CjProblem *problem
      = card->node != NULL ? cju_document_find_problem (self->document, card->node) : NULL;

  return problem != NULL && problem->kind == CJ_PROBLEM_ERROR;
}

static void
append_card (CjuCanvas *self, GtkSnapshot *snapshot, const CjlCard *card, CjuCard *widget)
{
  const GdkRGBA accent = { 0.21f, 0.52f, 0.89f, 1 }, red = { 0.88f, 0.11f, 0.14f, 1 };
  const graphene_rect_t rect
      = GRAPHENE_RECT_INIT ((float) floor (self->zoom * cjl_card_get_x (card)),
                            (float) floor (self->zoom * cjl_card_get_y (card)),
                            (float) ceil (self->zoom * CJU_CARD_WIDTH),
                            (float) ceil (self->zoom * cju_card_get_height (widget)));
  GdkRGBA color = cju_category_color (card->node != NULL ? card->node->layer->category : "block");

  if (is_bad (self, card))
    color = red;
  color.alpha = (float) gtk_widget_get_opacity (GTK_WIDGET (widget)); /* of muted ones */
  if (cju_document_is_selected (self->document, card->id))
    gtk_snapshot_append_color (snapshot, &accent,
                               &GRAPHENE_RECT_INIT (rect.origin.x - 2, rect.origin.y - 2,
                                                    rect.size.width + 4, rect.size.height + 4));
  gtk_snapshot_append_color (snapshot, &color, &rect);
}

/* From the corner where the world begins. */
static GskRenderNode *
record (CjuCanvas *self)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  GdkRGBA line;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &line);
  line.alpha = 0.45f;
  for (guint i = 0; i < self->scene->lines->len; i++)
    append_wire (self, snapshot, &line, &g_array_index (self->scene->lines, CjlLine, i));
  for (guint i = 0; i < self->scene->cards->len; i++)
    append_card (self, snapshot, cjl_scene_get (self->scene, i), self->widgets->pdata[i]);
  return gtk_snapshot_free_to_node (snapshot);
}

static gboolean
is_small (CjuCanvas *self, GskRenderNode *node)
{
  graphene_rect_t bounds;

  gsk_render_node_get_bounds (node, &bounds);
  return bounds.size.width * bounds.size.height * self->drawn_scale * self->drawn_scale
         < MAX_PICTURE;
}

void
cju_canvas_forget_far (CjuCanvas *self)
{
  g_clear_pointer (&self->far.node, gsk_render_node_unref);
  g_clear_pointer (&self->far.picture, gsk_render_node_unref);
}

void
cju_canvas_draw_far (CjuCanvas *self, GtkSnapshot *snapshot)
{
  CjuTrace *far = &self->far;

  if (far->node == NULL)
    far->node = record (self);
  else if (far->picture == NULL && is_small (self, far->node))
    far->picture = cju_bake (far->node, 1, self->drawn_scale, MAX_PICTURE);
  if (far->node == NULL) /* there is nothing */
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) round (self->x), (float) round (self->y)));
  gtk_snapshot_append_node (snapshot, far->picture != NULL ? far->picture : far->node);
  gtk_snapshot_restore (snapshot);
}
