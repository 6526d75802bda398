/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Layout in layers. */
#include "cjl-arrange.h"

#include <math.h>

#define SWEEPS 6
#define ROW 6        /* cards in a row of a long chain, at most */
#define ROW_GAP 40.0 /* for the wires that go from row to row */

typedef struct
{
  const CjlCard *card;
  guint layer;
  double place; /* in its layer */
  gboolean seen;
} Spot;

typedef struct
{
  const CjlScene *scene;
  Spot *spots; /* by place in scene->cards */
  guint n, n_layers;
  guint *filled; /* cards a layer has so far */
} Plan;

/* Each card one layer behind the last of its sources. Blocks and cards may feed each other in a ring:
 * then the wire that closes it runs back. */
static void
find_layer (Plan *plan, guint at)
{
  const GArray *lines = plan->scene->lines;
  Spot *spot = &plan->spots[at];

  if (spot->seen)
    return;
  spot->seen = TRUE;
  for (guint i = 0; i < lines->len; i++)
    {
      const CjlLine *line = &g_array_index (lines, CjlLine, i);

      if (line->to_card != (int) at || line->from_card < 0)
        continue;
      find_layer (plan, (guint) line->from_card);
      spot->layer = MAX (spot->layer, plan->spots[line->from_card].layer + 1);
    }
  spot->layer = MIN (spot->layer, plan->n - 1);
  spot->place = plan->filled[spot->layer]++;
  plan->n_layers = MAX (plan->n_layers, spot->layer + 1);
}

static double
mean_of_neighbours (const Plan *plan, const Spot *spot, gboolean sources)
{
  const GArray *lines = plan->scene->lines;
  const int at = (int) (spot - plan->spots);
  double sum = 0;
  guint n = 0;

  for (guint i = 0; i < lines->len; i++)
    {
      const CjlLine *line = &g_array_index (lines, CjlLine, i);
      const int here = sources ? line->to_card : line->from_card;
      const int there = sources ? line->from_card : line->to_card;

      if (here != at || there < 0)
        continue;
      sum += plan->spots[there].place;
      n++;
    }
  return n > 0 ? sum / n : spot->place;
}

typedef struct
{
  Spot *spot;
  double wish;
} Wish;

static int
compare_wishes (gconstpointer a, gconstpointer b)
{
  const Wish *m = a, *n = b;

  if (m->wish != n->wish)
    return m->wish < n->wish ? -1 : 1;
  return m->spot->place < n->spot->place ? -1 : 1;
}

/* Orders one layer by the mean place of the neighbours on one side, centred on 0. */
static void
order_layer (Plan *plan, guint layer, gboolean sources)
{
  g_autoptr (GArray) wishes = g_array_new (FALSE, FALSE, sizeof (Wish));

  for (guint i = 0; i < plan->n; i++)
    if (plan->spots[i].layer == layer)
      {
        const Wish wish = { &plan->spots[i], mean_of_neighbours (plan, &plan->spots[i], sources) };

        g_array_append_val (wishes, wish);
      }
  g_array_sort (wishes, compare_wishes);
  for (guint i = 0; i < wishes->len; i++)
    g_array_index (wishes, Wish, i).spot->place = i - (wishes->len - 1) / 2.0;
}

/* Long chains are broken into rows of about equal length, one below the other. */
static void
place_rows (const Plan *plan, CjGraph *graph)
{
  const guint n_rows = (plan->n_layers + ROW - 1) / ROW;
  const guint in_row = n_rows > 0 ? (plan->n_layers + n_rows - 1) / n_rows : 1;
  double top = 0;

  for (guint row = 0; row < n_rows; row++)
    {
      double low = G_MAXDOUBLE, high = -G_MAXDOUBLE;

      for (guint i = 0; i < plan->n; i++)
        if (plan->spots[i].layer / in_row == row)
          {
            low = MIN (low, plan->spots[i].place);
            high = MAX (high, plan->spots[i].place);
          }
      for (guint i = 0; i < plan->n; i++)
        if (plan->spots[i].layer / in_row == row)
          cjl_arrange_move (graph, plan->spots[i].card->id,
                            plan->spots[i].layer % in_row * CJL_CARD_STEP_X,
                            round (top + (plan->spots[i].place - low) * CJL_CARD_STEP_Y));
      top += (high - low + 1) * CJL_CARD_STEP_Y + ROW_GAP;
    }
}

void
cjl_arrange_layers (CjGraph *graph, const char *level)
{
  g_autoptr (CjlScene) scene = cjl_scene_new (graph, level);
  Plan plan = { .scene = scene, .n = scene->cards->len };

  plan.spots = g_new0 (Spot, plan.n + 1);
  plan.filled = g_new0 (guint, plan.n + 1);
  for (guint i = 0; i < plan.n; i++)
    plan.spots[i].card = cjl_scene_get (scene, i);
  for (guint i = 0; i < plan.n; i++)
    find_layer (&plan, i);
  for (guint sweep = 0; sweep < SWEEPS; sweep++)
    for (guint i = 0; i < plan.n_layers; i++)
      order_layer (&plan, sweep % 2 == 0 ? i : plan.n_layers - 1 - i, sweep % 2 == 0);
  place_rows (&plan, graph);
  g_free (plan.spots);
  g_free (plan.filled);
}

void
cjl_arrange_levels (CjGraph *graph)
{
  for (guint i = 0; i < graph->blocks->len; i++)
    cjl_arrange_layers (graph, ((const CjBlock *) graph->blocks->pdata[i])->id);
  cjl_arrange_layers (graph, NULL);
}
