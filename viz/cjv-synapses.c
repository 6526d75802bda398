/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjv-synapses.h"

#include <math.h>
#include <string.h>

#define MAX_WIDTH 3.6    /* px of the strongest */
#define MIN_WIDTH 0.45   /* px of the weakest */
#define PRUNED_SHARE 4   /* one dotted line for so many whole ones, at most */
#define CURVE_STEPS 1024 /* of the table of the curve */

/* --- which --- */

typedef struct
{
  float size;
  gint64 at; /* in [U, F] */
} Candidate;

/* The smallest is on top, so that it is what a stronger one takes the place of. */
static void
sink (Candidate *heap, guint n, guint at)
{
  for (;;)
    {
      guint least = at;

      for (guint child = 2 * at + 1; child <= 2 * at + 2 && child < n; child++)
        if (heap[child].size < heap[least].size)
          least = child;
      if (least == at)
        return;
      {
        const Candidate moved = heap[at];

        heap[at] = heap[least];
        heap[least] = moved;
      }
      at = least;
    }
}

static void
rise (Candidate *heap, guint at)
{
  while (at > 0 && heap[(at - 1) / 2].size > heap[at].size)
    {
      const Candidate moved = heap[at];

      heap[at] = heap[(at - 1) / 2];
      heap[(at - 1) / 2] = moved;
      at = (at - 1) / 2;
    }
}

static int
by_size (gconstpointer a, gconstpointer b)
{
  const Candidate *one = a, *other = b;

  if (one->size != other->size)
    return one->size < other->size ? -1 : 1;
  return one->at < other->at ? -1 : one->at > other->at;
}

typedef struct
{
  gint64 from, from_end, to, to_end;
} Window;

static Window
find_window (const CjvSynapses *all, gint64 from, gint64 from_end, gint64 to, gint64 to_end,
             gint64 only_from, gint64 only_to)
{
  Window w = { MAX (from, 0), MIN (from_end, all->n_from), MAX (to, 0), MIN (to_end, all->n_to) };

  if (only_from >= 0)
    w.from = MAX (w.from, only_from), w.from_end = MIN (w.from_end, only_from + 1);
  if (only_to >= 0)
    w.to = MAX (w.to, only_to), w.to_end = MIN (w.to_end, only_to + 1);
  return w;
}

/* Every so many of the pruned, before all others, for they are drawn below. */
static void
add_pruned (const CjvSynapses *all, const Window *w, guint limit, CjvSynapsePick *pick)
{
  const gint64 step = MAX (
      (pick->n_pruned + MAX (limit / PRUNED_SHARE, 1) - 1) / MAX (limit / PRUNED_SHARE, 1), 1);
  gint64 seen = 0;

  g_assert (all->kept != NULL); /* some are pruned */
  for (gint64 u = w->to; u < w->to_end; u++)
    for (gint64 f = w->from; f < w->from_end; f++)
      if (all->kept[u * all->n_from + f] == 0 && seen++ % step == 0)
        {
          const CjvSynapse synapse = { (guint32) f, (guint32) u, 0, TRUE };

          g_array_append_val (pick->shown, synapse);
        }
}

void
cjv_synapses_pick (const CjvSynapses *all, gint64 from, gint64 from_end, gint64 to, gint64 to_end,
                   gint64 only_from, gint64 only_to, guint limit, CjvSynapsePick *pick)
{
  const Window w = find_window (all, from, from_end, to, to_end, only_from, only_to);
  g_autofree Candidate *heap = g_new (Candidate, limit + 1);
  guint n = 0;

  *pick = (CjvSynapsePick){ .shown = g_array_new (FALSE, FALSE, sizeof (CjvSynapse)) };
  for (gint64 u = w.to; u < w.to_end; u++)
    for (gint64 f = w.from; f < w.from_end; f++)
      {
        const gint64 at = u * all->n_from + f;
        const float size = fabsf (all->weights[at]);

        pick->n++;
        if (all->kept != NULL && all->kept[at] == 0)
          {
            pick->n_pruned++;
            continue;
          }
        if (!(size > 0) || !isfinite (size))
          continue;
        pick->strongest = MAX (pick->strongest, size);
        if (n < limit)
          {
            heap[n] = (Candidate){ size, at };
            rise (heap, n++);
          }
        else if (n > 0 && size > heap[0].size)
          {
            heap[0] = (Candidate){ size, at };
            sink (heap, n, 0);
          }
      }
  if (pick->n_pruned > 0)
    add_pruned (all, &w, limit, pick);
  qsort (heap, n, sizeof *heap, by_size);
  for (guint i = 0; i < n; i++)
    {
      const CjvSynapse synapse
          = { (guint32) (heap[i].at % all->n_from), (guint32) (heap[i].at / all->n_from),
              all->weights[heap[i].at], FALSE };

      g_array_append_val (pick->shown, synapse);
    }
  if (!(pick->strongest > 0))
    pick->strongest = 1;
}

void
cjv_synapse_pick_clear (CjvSynapsePick *pick)
{
  g_clear_pointer (&pick->shown, g_array_unref);
}

/* --- where --- */

double
cjv_column_get_y (const CjvColumn *column, gint64 unit)
{
  return column->top + column->pitch * ((double) unit + 0.5);
}

void
cjv_column_find (const CjvColumn *column, gint64 n, double height, gint64 *begin, gint64 *end)
{
  *begin = CLAMP ((gint64) floor (-column->top / column->pitch), 0, n);
  *end = CLAMP ((gint64) ceil ((height - column->top) / column->pitch), *begin, n);
}

/* A cubic whose handles are level and half of the way long: x (t) = 3/2 t (1 - t) + t³ and
 * y (t) = 3t² - 2t³ of the way. `height` and `slope` by u = x, CURVE_STEPS + 1 of them. */
typedef struct
{
  float height[CURVE_STEPS + 1], slope[CURVE_STEPS + 1];
} Curve;

static const Curve *
get_curve (void)
{
  static Curve curve;
  static gsize ready = 0;

  if (g_once_init_enter (&ready))
    {
      for (int i = 0; i <= CURVE_STEPS; i++)
        {
          const double u = (double) i / CURVE_STEPS;
          double low = 0, high = 1, t;

          for (int k = 0; k < 40; k++)
            {
              t = (low + high) / 2;
              if (1.5 * t * (1 - t) + t * t * t < u)
                low = t;
              else
                high = t;
            }
          t = (low + high) / 2;
          curve.height[i] = (float) (t * t * (3 - 2 * t));
          curve.slope[i] = (float) (6 * t * (1 - t) / (1.5 - 3 * t + 3 * t * t));
        }
      g_once_init_leave (&ready, 1);
    }
  return &curve;
}

/* --- how --- */

CjvSynapseLook
cjv_synapse_look (const CjvSynapse *synapse, float strongest, const CjvStyle *style)
{
  const double share = CLAMP (fabs ((double) synapse->weight) / strongest, 0, 1);
  CjvSynapseLook look = { .width = MIN_WIDTH + (MAX_WIDTH - MIN_WIDTH) * share };

  if (synapse->pruned)
    {
      look.color = cjv_color_alpha (cjv_color_hex (style->dark ? 0xb0b0b0 : 0x707070), 0.5);
      look.width = 0.8;
      look.on = 1.5;
      look.off = 5;
      return look;
    }
  look.color = cjv_style_signed_ink (style, synapse->weight);
  look.color.a = 0.1 + 0.8 * share;
  if (synapse->weight < 0)
    {
      look.on = 12;
      look.off = 3;
    }
  return look;
}

/* Where in its dashes a line begins: gaps side by side would look like a gap across all. */
static double
get_phase (const CjvSynapse *synapse, const CjvSynapseLook *look)
{
  return look->off > 0 ? fmod (synapse->from * 5.3 + synapse->to * 8.1, look->on + look->off) : 0;
}

static const CjvSynapse *
get_shown (const CjvSynapsePick *pick, guint i)
{
  return &g_array_index (pick->shown, CjvSynapse, i);
}

void
cjv_synapses_draw (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
                   const CjvStyle *style, cairo_t *cr)
{
  const double x0 = from->x + from->radius, x1 = to->x - to->radius, middle = (x0 + x1) / 2;

  cairo_save (cr);
  for (guint i = 0; i < pick->shown->len; i++)
    {
      const CjvSynapse *synapse = get_shown (pick, i);
      const CjvSynapseLook look = cjv_synapse_look (synapse, pick->strongest, style);
      const double dash[] = { look.on, look.off };
      const double y0 = cjv_column_get_y (from, synapse->from);
      const double y1 = cjv_column_get_y (to, synapse->to);

      cairo_set_dash (cr, dash, look.off > 0 ? 2 : 0, get_phase (synapse, &look));
      cairo_set_line_width (cr, look.width);
      cairo_set_source_rgba (cr, look.color.r, look.color.g, look.color.b, look.color.a);
      cairo_move_to (cr, x0, y0);
      cairo_curve_to (cr, middle, y0, middle, y1, x1, y1);
      cairo_stroke (cr);
    }
  cairo_restore (cr);
}

/* --- pixels --- */

#define MANY 4000 /* synapses that a second thread is worth beginning for */
#define STRIP 8   /* columns of pixels painted together: their rows stay in the cache */

typedef float Eight __attribute__ ((vector_size (32)));
typedef int Mask __attribute__ ((vector_size (32)));
typedef float Rows __attribute__ ((vector_size (32), aligned (4), may_alias)); /* from anywhere */

/* The thread sanitizer is not ready when the choice between the two is made. */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__SANITIZE_THREAD__)
#define FASTEST __attribute__ ((target_clones ("avx2,fma", "default")))
#else
#define FASTEST
#endif

/* There are but three colours, so a pixel is how much of each is seen; what is left of 1 is the ground. */
enum
{
  WHOLE,  /* excites */
  DASHED, /* inhibits */
  DOTTED, /* pruned */
  N_KINDS
};

/* A curve in pixels. */
typedef struct
{
  float y0, dy;
  float half; /* of its width, and half a pixel for its edge */
  float peak; /* coverage where it is thinner than a pixel */
  float alpha;
  float on, period; /* of its dashes */
  float gone;       /* how far along them it has come, below the period */
  int kind;
} Line;

static int
get_kind (const CjvSynapse *synapse)
{
  return synapse->pruned ? DOTTED : synapse->weight < 0 ? DASHED : WHOLE;
}

static CjvSynapseLook
get_look (int kind, const CjvStyle *style)
{
  const CjvSynapse like = { .weight = kind == DASHED ? -1 : 1, .pruned = kind == DOTTED };

  return cjv_synapse_look (&like, 1, style);
}

static Line *
make_lines (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
            const CjvStyle *style, double scale)
{
  Line *lines = g_new (Line, pick->shown->len + 1);

  for (guint i = 0; i < pick->shown->len; i++)
    {
      const CjvSynapse *synapse = get_shown (pick, i);
      const CjvSynapseLook look = cjv_synapse_look (synapse, pick->strongest, style);
      const double width = look.width * scale, y0 = cjv_column_get_y (from, synapse->from) * scale;
      const double y1 = cjv_column_get_y (to, synapse->to) * scale;

      lines[i] = (Line){ .y0 = (float) y0,
                         .dy = (float) (y1 - y0),
                         .half = (float) (MAX (width, 1) / 2 + 0.5),
                         .peak = (float) MIN (width, 1),
                         .alpha = (float) look.color.a,
                         .on = (float) (look.on * scale),
                         .period = (float) (look.off > 0 ? (look.on + look.off) * scale : 0),
                         .gone = (float) (get_phase (synapse, &look) * scale),
                         .kind = get_kind (synapse) };
    }
  return lines;
}

/* What all curves have in common in a strip of columns. */
typedef struct
{
  Eight height;  /* of the curve */
  float slope;   /* in the middle of the strip */
  guint columns; /* bits of those that curves come through */
} Strip;

/* A place to paint on. */
typedef struct
{
  const Curve *curve;
  CjvSynapseLook looks[N_KINDS];
  double x0, x1; /* px of the screen */
  int width, height;
  gsize column; /* floats of a column of one kind: its rows, and eight more to be written over */
} Ground;

static Strip
make_strip (const Ground *g, int left)
{
  const double run = MAX (g->x1 - g->x0, 1);
  Strip strip = { .slope = 0 };
  int n = 0;

  for (int k = 0; k < STRIP; k++)
    {
      const double x = left + k + 0.5 - g->x0, u = x / run * CURVE_STEPS;

      if (u < 0 || u > CURVE_STEPS || left + k >= g->width)
        continue;
      strip.height[k] = g->curve->height[(int) u];
      strip.slope += (float) (g->curve->slope[(int) u] / run);
      n++;
      strip.columns |= 1u << k;
    }
  if (n > 0)
    strip.slope /= (float) n;
  return strip;
}

/* Bits of the columns in which a dashed line is seen; the line is then as it comes to the next strip. */
static inline guint
find_dashes (Line *line, guint columns, float along)
{
  const Eight steps = { 0, 1, 2, 3, 4, 5, 6, 7 };
  const int first = columns != 0 ? __builtin_ctz (columns) : 0;
  const float turn = 1 / line->period;
  const Eight at = line->gone + (steps - (float) first) * along;
  const Eight whole = __builtin_convertvector(__builtin_convertvector(at * turn, Mask), Eight);
  const Mask on = (Mask) (at - whole * line->period < line->on);
  guint seen = 0;

  for (int k = 0; k < STRIP; k++)
    seen |= (guint) (on[k] & 1) << k;
  line->gone += along * (float) __builtin_popcount (columns);
  line->gone -= line->period * (float) (int) (line->gone * turn);
  return seen & columns;
}

/* The curves over the columns of a strip. How much of a pixel is covered is taken from how far its middle is
 * from the curve; a curve hides what is below it by that much of its opacity. */
FASTEST static void
blend (Line *lines, guint n, const Strip *strip, int height, gsize pitch, int kinds, float *columns)
{
  const Eight steps = { 0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5.5f, 6.5f, 7.5f }, none = { 0 };

  for (guint i = 0; i < n; i++)
    {
      Line *line = &lines[i];
      const float slope = line->dy * strip->slope, along = sqrtf (1 + slope * slope);
      const float across = 1 / along, reach = line->half * along;
      const Eight half = none + line->half, peak = none + line->peak;
      const Eight middle = line->y0 + line->dy * strip->height;

      for (guint bits
           = line->period > 0 ? find_dashes (line, strip->columns, along) : strip->columns;
           bits != 0; bits &= bits - 1)
        {
          const int k = __builtin_ctz (bits);
          const int first = (int) MAX (middle[k] - reach, 0);
          const int last = (int) MIN (middle[k] + reach + 1, (float) height);
          float *column = columns + (gsize) k * N_KINDS * pitch;

          for (int y = first; y < last; y += 8)
            {
              const Eight far = (steps + ((float) y - middle[k])) * across;
              Eight cover = half - (Eight) ((Mask) far & G_MAXINT), left;
              Mask thick;

              thick = (Mask) (cover > peak);
              cover = (Eight) (((Mask) peak & thick) | ((Mask) cover & ~thick));
              cover = (Eight) ((Mask) cover & (cover > 0)) * line->alpha;
              left = 1 - cover;
              for (int kind = 0; kind < kinds; kind++)
                {
                  Rows *rows = (Rows *) (column + (gsize) kind * pitch + y);

                  *rows = kind == line->kind ? *rows * left + cover : *rows * left;
                }
            }
        }
    }
}

/* Rows of a column as pixels. */
static void
store (const Ground *g, const float *column, guint32 *pixels, gsize stride)
{
  for (int y = 0; y < g->height; y++)
    {
      double r = 0, green = 0, b = 0, a = 0;

      for (int kind = 0; kind < N_KINDS; kind++)
        {
          const double share = 255 * (double) column[(gsize) kind * g->column + (gsize) y];

          r += share * g->looks[kind].color.r;
          green += share * g->looks[kind].color.g;
          b += share * g->looks[kind].color.b;
          a += share;
        }
      pixels[(gsize) y * stride] = (guint32) (a + 0.5) << 24 | (guint32) (r + 0.5) << 16
                                   | (guint32) (green + 0.5) << 8 | (guint32) (b + 0.5);
    }
}

static void
paint_rows (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
            const CjvStyle *style, double scale, guint32 *pixels, int width, int height,
            gsize stride)
{
  const gsize pitch = (gsize) MAX (height, 0) + 8;
  const Ground ground
      = { .curve = get_curve (),
          .looks = { get_look (WHOLE, style), get_look (DASHED, style), get_look (DOTTED, style) },
          .x0 = (from->x + from->radius) * scale,
          .x1 = (to->x - to->radius) * scale,
          .width = width,
          .height = height,
          .column = pitch };
  g_autofree Line *lines = make_lines (pick, from, to, style, scale);
  g_autofree float *columns = g_new (float, STRIP *N_KINDS *pitch);

  for (int left = 0; left < width; left += STRIP)
    {
      const Strip strip = make_strip (&ground, left);

      memset (columns, 0, sizeof *columns * STRIP * N_KINDS * pitch);
      blend (lines, pick->shown->len, &strip, height, pitch, pick->n_pruned > 0 ? N_KINDS : DOTTED,
             columns);
      for (int k = 0; k < MIN (STRIP, width - left); k++)
        store (&ground, columns + (gsize) k * N_KINDS * pitch, pixels + left + k, stride);
    }
}

/* The upper or the lower rows of a picture. */
typedef struct
{
  const CjvSynapsePick *pick;
  CjvColumn from, to;
  const CjvStyle *style;
  double scale;
  guint32 *pixels;
  int width, height;
  gsize stride;
} Half;

static gpointer
paint_half (gpointer data)
{
  const Half *h = data;

  paint_rows (h->pick, &h->from, &h->to, h->style, h->scale, h->pixels, h->width, h->height,
              h->stride);
  return NULL;
}

void
cjv_synapses_paint (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
                    const CjvStyle *style, double scale, guint32 *pixels, int width, int height,
                    gsize stride)
{
  const int upper = height / 2;
  Half half = { pick,  *from,          *to,   style, scale, pixels + (gsize) upper * stride,
                width, height - upper, stride };
  GThread *thread;

  if (pick->shown->len < MANY)
    {
      paint_rows (pick, from, to, style, scale, pixels, width, height, stride);
      return;
    }
  half.from.top -= upper / scale;
  half.to.top -= upper / scale;
  thread = g_thread_new ("synapses", paint_half, &half);
  paint_rows (pick, from, to, style, scale, pixels, width, upper, stride);
  g_thread_join (thread);
}

const CjvSynapse *
cjv_synapses_find (const CjvSynapsePick *pick, const CjvColumn *from, const CjvColumn *to,
                   CjvSynapseKind kind, double x, double y, double reach)
{
  const Curve *curve = get_curve ();
  const double x0 = from->x + from->radius, x1 = to->x - to->radius;
  const double u = x1 > x0 ? (x - x0) / (x1 - x0) * CURVE_STEPS : -1;
  const CjvSynapse *best = NULL;

  if (u < 0 || u > CURVE_STEPS)
    return NULL;
  for (guint i = pick->shown->len; i-- > 0;)
    {
      const CjvSynapse *synapse = get_shown (pick, i);
      const double y0 = cjv_column_get_y (from, synapse->from);
      const double dy = cjv_column_get_y (to, synapse->to) - y0;
      const double slope = dy / (x1 - x0) * curve->slope[(int) u];
      const double far = fabs (y0 + dy * curve->height[(int) u] - y) / sqrt (1 + slope * slope);

      if (far < reach
          && (kind == CJV_SYNAPSE_ANY || synapse->pruned == (kind == CJV_SYNAPSE_PRUNED)))
        {
          reach = far;
          best = synapse;
        }
    }
  return best;
}
