/* SPDX-License-Identifier: GPL-3.0-or-later */
/* F units send to U units. */
#include "cjv-synapse-plot.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stddef.h>

typedef struct
{
  int limit, from, to;
  double pitch, from_at, to_at;
} Params;

static const CjParam params[] = {
  { .name = "synapses",
    .title = N_ ("Synapses"),
    .blurb = N_ ("How many are drawn, the strongest first"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, limit),
    .preset = 2000,
    .min = 1,
    .max = 100000,
    .soft_max = 20000,
    .flags = CJ_PARAM_LIVE },
  { .name = "from",
    .title = N_ ("Sender"),
    .blurb = N_ ("The unit whose synapses alone are drawn, from 0; -1: those of all"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, from),
    .preset = -1,
    .min = -1,
    .max = G_MAXINT,
    .soft_max = 1000,
    .flags = CJ_PARAM_LIVE },
  { .name = "to",
    .title = N_ ("Receiver"),
    .blurb = N_ ("The unit to which alone synapses are drawn, from 0; -1: those to all"),
    .kind = CJ_PARAM_INT,
    .offset = offsetof (Params, to),
    .preset = -1,
    .min = -1,
    .max = G_MAXINT,
    .soft_max = 1000,
    .flags = CJ_PARAM_LIVE },
  { .name = "pitch",
    .title = N_ ("Pitch"),
    .blurb = N_ ("Heights of a letter between two units, at least; 0 shows all units"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, pitch),
    .preset = CJV_SYNAPSE_PITCH,
    .max = CJV_SYNAPSE_MAX_PITCH,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "from-at",
    .title = N_ ("First sender"),
    .blurb = N_ ("The sending unit at the top"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, from_at),
    .max = 1e9,
    .soft_max = 1000,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { .name = "to-at",
    .title = N_ ("First receiver"),
    .blurb = N_ ("The receiving unit at the top"),
    .kind = CJ_PARAM_FLOAT,
    .offset = offsetof (Params, to_at),
    .max = 1e9,
    .soft_max = 1000,
    .digits = 2,
    .flags = CJ_PARAM_LIVE },
  { NULL },
};

static gboolean
init (CjvSynapsePlot *plot, CjvSynapseView *view, const CjvScene *scene)
{
  const Params *p = scene->params;

  *view = (CjvSynapseView){ .pitch = p->pitch,
                            .from_at = p->from_at,
                            .to_at = p->to_at,
                            .only_from = p->from,
                            .only_to = p->to,
                            .limit = (guint) p->limit };
  return cjv_synapse_plot_init (plot, scene, view);
}

static gboolean
draw (const CjvScene *scene, cairo_t *cr)
{
  CjvSynapsePlot plot;
  CjvSynapseView view;
  CjvSynapsePick pick;

  if (!init (&plot, &view, scene))
    return FALSE;
  cjv_synapse_plot_pick (&plot, &view, &pick);
  cairo_save (cr);
  cairo_rectangle (cr, plot.area.x, plot.area.y, plot.area.width, plot.area.height);
  cairo_clip (cr);
  cjv_synapses_draw (&pick, &plot.from, &plot.to, scene->style, cr);
  cairo_restore (cr);
  cjv_synapse_plot_draw (&plot, scene, &view, &pick, cr);
  cjv_synapse_pick_clear (&pick);
  return TRUE;
}

static gboolean
hit (const CjvScene *scene, double x, double y, CjvHit *out)
{
  CjvSynapsePlot plot;
  CjvSynapseView view;
  CjvSynapsePick pick;
  const CjvSynapse *synapse;
  gboolean to, found = TRUE;
  gint64 unit;

  if (!init (&plot, &view, scene))
    return FALSE;
  unit = cjv_synapse_plot_find_unit (&plot, x, y, &to);
  if (unit >= 0)
    {
      const CjvColumn *column = to ? &plot.to : &plot.from;
      const double r = column->radius;

      *out = (CjvHit){ .index = unit,
                       .series = to,
                       .x = column->x - r,
                       .y = cjv_column_get_y (column, unit) - r,
                       .width = 2 * r,
                       .height = 2 * r,
                       .text = cjv_synapse_plot_print_unit (&plot, to, unit) };
      return TRUE;
    }
  cjv_synapse_plot_pick (&plot, &view, &pick);
  synapse = cjv_synapses_find (&pick, &plot.from, &plot.to, CJV_SYNAPSE_ANY, x, y, 4);
  if (synapse != NULL)
    *out = (CjvHit){ .index = -1,
                     .series = -1,
                     .x = x - 2,
                     .y = y - 2,
                     .width = 4,
                     .height = 4,
                     .text = cjv_synapse_plot_print_synapse (&plot, synapse) };
  else
    found = FALSE;
  cjv_synapse_pick_clear (&pick);
  return found;
}

/* Every synapse there is, drawn or not. */
static void
csv (const CjvScene *scene, GString *out)
{
  CjvSynapsePlot plot;

  if (!cjv_synapse_plot_read (&plot, scene->frame))
    return;
  g_string_append (out, "from,to,weight,pruned\r\n");
  for (gint64 u = 0; u < plot.all.n_to; u++)
    for (gint64 f = 0; f < plot.all.n_from; f++)
      {
        const gint64 at = u * plot.all.n_from + f;

        g_string_append_printf (out, "%d,%d,", (int) f, (int) u);
        cjv_csv_number (out, plot.all.weights[at]);
        g_string_append_printf (out, ",%d\r\n", plot.all.kept != NULL && plot.all.kept[at] == 0);
      }
}

static char *
words (const CjvScene *scene)
{
  CjvSynapsePlot plot;
  CjvSynapsePick pick;
  g_autofree char *counts = NULL, *strongest = NULL;

  if (!cjv_synapse_plot_read (&plot, scene->frame))
    return NULL;
  cjv_synapses_pick (&plot.all, 0, plot.all.n_from, 0, plot.all.n_to, -1, -1, 1, &pick);
  counts = g_strdup_printf (_ ("%d units send to %d units."), (int) plot.all.n_from,
                            (int) plot.all.n_to);
  if (pick.shown->len > 0)
    {
      g_autofree char *synapse = cjv_synapse_plot_print_synapse (
          &plot, &g_array_index (pick.shown, CjvSynapse, pick.shown->len - 1));

      /* Translators: “unit 3 → unit 5: 0.2, excitatory” */
      strongest = g_strdup_printf (_ ("The strongest synapse is %s."), synapse);
    }
  cjv_synapse_pick_clear (&pick);
  return strongest != NULL ? g_strdup_printf ("%s %s", counts, strongest)
                           : g_steal_pointer (&counts);
}

const CjvFigureInfo cjv_figure_synapses = {
  .id = "synapses",
  .title = N_ ("Synapses"),
  .blurb
  = N_ ("The units of a layer, those that send to them, and the weights between, by sign and "
        "strength"),
  .empty
  = N_ ("Here stand the neurons and synapses of a layer that has weights, as soon as its data "
        "is loaded."),
  .version = 1,
  .wants = cjv_synapse_wants,
  .params = params,
  .params_size = sizeof (Params),
  .preset_width = 960,
  .preset_height = 640,
  .draw = draw,
  .hit = hit,
  .csv = csv,
  .words = words,
};
