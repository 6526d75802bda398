/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What moves by itself, so that the eye can follow: cards on the way to their new places, and the view. The
 * network, the selection and the journal are there already; only what is shown comes after. Where animations
 * are off, AdwAnimation is at its end at once. */
#include "cju-canvas-private.h"

#define GLIDE_MS 300

/* Shows all of it at a moment, 0 where it was, 1 where it belongs. */
static void
show (double moment, gpointer data)
{
  CjuCanvas *self = data;
  const CjuGlide *glide = &self->glide;
  const double rest = 1 - moment;
  const gboolean all = glide->from->len == 2 * self->scene->cards->len;

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      CjlCard *card = self->scene->cards->pdata[i];
      const double *off = all ? &g_array_index (glide->from, double, 2 * i) : NULL;

      card->off_x = off != NULL ? off[0] * rest : 0;
      card->off_y = off != NULL ? off[1] * rest : 0;
    }
  self->zoom
      = moment < 1 ? glide->to.zoom + (glide->was.zoom - glide->to.zoom) * rest : glide->to.zoom;
  self->x = moment < 1 ? glide->to.x + (glide->was.x - glide->to.x) * rest : glide->to.x;
  self->y = moment < 1 ? glide->to.y + (glide->was.y - glide->to.y) * rest : glide->to.y;
  if (all)
    cju_canvas_place (self);
  else
    cju_canvas_moved (self);
}

static gboolean
is_on (CjuCanvas *self)
{
  return self->glide.animation != NULL
         && adw_animation_get_state (self->glide.animation) == ADW_ANIMATION_PLAYING;
}

void
cju_canvas_end_glide (CjuCanvas *self)
{
  if (is_on (self))
    adw_animation_skip (self->glide.animation);
}

void
cju_canvas_keep_glide (CjuCanvas *self)
{
  GArray *from = g_array_new (FALSE, FALSE, sizeof (double));
  const CjuCamera was = { self->zoom, self->x, self->y };

  for (guint i = 0; i < self->scene->cards->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      const double place[2] = { cjl_card_get_x (card), cjl_card_get_y (card) };

      g_array_append_vals (from, place, 2);
    }
  cju_canvas_end_glide (self);
  g_clear_pointer (&self->glide.from, g_array_unref);
  self->glide.from = from;
  self->glide.was = was;
}

void
cju_canvas_glide (CjuCanvas *self)
{
  CjuGlide *glide = &self->glide;
  gboolean moved = FALSE;

  g_return_if_fail (glide->from != NULL);
  glide->to = (CjuCamera){ self->zoom, self->x, self->y };
  for (guint i = 0; i < self->scene->cards->len && 2 * i + 1 < glide->from->len; i++)
    {
      const CjlCard *card = cjl_scene_get (self->scene, i);
      double *from = &g_array_index (glide->from, double, 2 * i);

      from[0] -= cjl_card_get_x (card);
      from[1] -= cjl_card_get_y (card);
      moved |= from[0] != 0 || from[1] != 0;
    }
  if (!moved) /* only the view does */
    g_array_set_size (glide->from, 0);
  if (!moved && glide->was.zoom == glide->to.zoom && glide->was.x == glide->to.x
      && glide->was.y == glide->to.y)
    return;
  if (glide->animation == NULL)
    {
      glide->animation = adw_timed_animation_new (
          GTK_WIDGET (self), 0, 1, GLIDE_MS, adw_callback_animation_target_new (show, self, NULL));
      adw_timed_animation_set_easing (ADW_TIMED_ANIMATION (glide->animation),
                                      ADW_EASE_IN_OUT_CUBIC);
    }
  show (0, self); /* until the first frame of the animation */
  adw_animation_play (glide->animation);
}

void
cju_canvas_clear_glide (CjuCanvas *self)
{
  g_clear_object (&self->glide.animation);
  g_clear_pointer (&self->glide.from, g_array_unref);
}
