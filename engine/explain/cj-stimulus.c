/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-stimulus.h"

#include <math.h>

/* 1 inside an edge at distance `inside` px, 0 outside of it. */
static double
soften (double inside)
{
  return CLAMP (0.5 + inside, 0, 1);
}

double
cj_stimulus_eval (const CjStimulus *s, double x, double y)
{
  const double theta = s->orientation * G_PI / 180;
  const double dx = x - s->x, dy = y - s->y;
  const double u = dx * sin (theta) + dy * cos (theta);
  const double v = dx * cos (theta) - dy * sin (theta);
  const double disc = s->size > 0 ? soften (s->size / 2 - hypot (dx, dy)) : 1;

  if (s->kind == CJ_STIMULUS_SPOT)
    return disc;
  if (s->kind == CJ_STIMULUS_BAR)
    {
      const double away = s->phase - floor (s->phase + 0.5); /* the period about the middle */
      const double across
          = s->frequency > 0 ? soften (0.25 / s->frequency - fabs (u - away / s->frequency)) : 1;

      return across * (s->size > 0 ? soften (s->size / 2 - fabs (v)) : 1);
    }
  return disc * cos (2 * G_PI * (s->frequency * u - s->phase));
}

void
cj_stimulus_draw (const CjStimulus *s, const CjScreen *screen, float *out)
{
  const gint64 plane = screen->h * screen->w;

  for (gint64 i = 0; i < plane; i++)
    {
      const double light
          = s->contrast * cj_stimulus_eval (s, (double) (i % screen->w), (double) (i / screen->w));

      for (gint64 c = 0; c < screen->c; c++)
        out[c * plane + i] = (float) (screen->ground[c] + screen->reach[c] * light);
    }
}
