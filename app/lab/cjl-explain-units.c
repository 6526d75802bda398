/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-explain-units.h"

#include "cj-explain-tools.h"
#include "cj-explain-units.h"
#include "cj-runner.h"

#include <glib/gi18n-lib.h>
#include <string.h>

static void
clear_unit (gpointer data)
{
  g_free (((CjlUnitShare *) data)->node);
}

/* The sample without the place. You free. */
static float *
take_away (const CjExplained *network, const CjdDataset *dataset, const CjlExplainedRow *row,
           gint64 place)
{
  const CjExplainGrid grid = cj_explain_grid (network);
  const gint64 n = cj_explained_get_n_features (network);
  g_autofree float *black = cjl_explain_dup_black (network, dataset);
  float *without = g_memdup2 (row->x->data, sizeof (float) * (gsize) n);
  const gint64 reach = grid.is_picture ? CJL_UNITS_SIDE / 2 : 0;
  const gint64 r = place / grid.w, c = place % grid.w;

  if (place < 0 || (grid.is_picture || grid.c > 1 ? place >= grid.h * grid.w : place >= n))
    return without;
  for (gint64 y = MAX (r - reach, 0); y <= MIN (r + reach, grid.h - 1); y++)
    for (gint64 x = MAX (c - reach, 0); x <= MIN (c + reach, grid.w - 1); x++)
      for (gint64 k = 0; k < grid.c; k++)
        {
          const gint64 at = cj_explain_at (&grid, k, y * grid.w + x);

          without[at] = black != NULL ? black[at] : 0;
        }
  return without;
}

static gboolean
learns (const CjProgram *program, const CjNode *node)
{
  g_autofree char *start = g_strconcat (node->id, ".", NULL);

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    if (g_str_has_prefix (cj_program_get_param (program, i)->name, start))
      return TRUE;
  return FALSE;
}

/* The answers of layers that learn, but what is explained itself; `nodes` gets their ids. */
static GArray *
list_values (const CjProgram *program, const CjGraph *graph, GPtrArray *nodes)
{
  const CjLowered *lowered = cj_program_get_lowered (program);
  GArray *values = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < MIN (lowered->n_nodes, graph->nodes->len); i++)
    {
      const CjNode *node = graph->nodes->pdata[i];
      const int value = lowered->nodes[i].valid && lowered->nodes[i].n_out > 0
                            ? lowered->nodes[i].out[0]
                            : CJ_NO_VALUE;
      const CjShape *shape
          = value != CJ_NO_VALUE ? cj_builder_get_shape (lowered->builder, value) : NULL;

      if (shape == NULL || value == lowered->prediction || shape->n_dims < 2
          || shape->dims[0] != cj_program_get_batch (program) || !learns (program, node))
        continue;
      g_array_append_val (values, value);
      g_ptr_array_add (nodes, node->id);
    }
  return values;
}

/* Where a unit stands in a row of its layer's answers. */
static CjlUnitShare
describe (const CjExplained *network, const CjUnitShare *from, const char *node)
{
  const CjShape shape = cj_explained_get_row_shape (network, from->value);
  CjlUnitShare unit = { g_strdup (node), from->unit, -1, -1, from->share };

  if (shape.n_dims == 3)
    {
      const gint64 places = shape.dims[1] * shape.dims[2];

      unit.unit = from->unit / places;
      unit.row = from->unit % places / shape.dims[2];
      unit.column = from->unit % shape.dims[2];
    }
  else if (shape.n_dims == 2)
    {
      unit.unit = from->unit % shape.dims[1];
      unit.row = from->unit / shape.dims[1];
    }
  return unit;
}

GArray *
cjl_units_find (CjExplained *network, const CjGraph *graph, const CjdDataset *dataset,
                const CjlExplainedRow *row, gint64 place)
{
  const CjExplainTarget target = { CJ_NO_VALUE, row->target };
  g_autofree float *without = take_away (network, dataset, row, place);
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();
  g_autoptr (GArray) values = list_values (cj_explained_get_program (network), graph, nodes);
  g_autoptr (GArray) found
      = cj_explain_units (network, cj_tensor_f32 (row->x), without, &target,
                          (const int *) (gpointer) values->data, values->len, CJL_UNITS_MOST);
  GArray *all = g_array_new (FALSE, FALSE, sizeof (CjlUnitShare));

  g_array_set_clear_func (all, clear_unit);
  for (guint i = 0; i < found->len; i++)
    {
      const CjUnitShare *one = &g_array_index (found, CjUnitShare, i);

      for (guint k = 0; k < values->len; k++)
        if (g_array_index (values, int, k) == one->value)
          {
            const CjlUnitShare unit = describe (network, one, nodes->pdata[k]);

            g_array_append_val (all, unit);
          }
    }
  return all;
}

char *
cjl_unit_print (const CjlUnitShare *unit)
{
  if (unit->column >= 0)
    /* Translators: a layer, one of its maps, and a row and column of that */
    return g_strdup_printf (_ ("%s, map %lld at %lld, %lld"), unit->node, (long long) unit->unit,
                            (long long) unit->row, (long long) unit->column);
  if (unit->row >= 0)
    /* Translators: a layer, one of its units, and a moment of the sequence */
    return g_strdup_printf (_ ("%s, unit %lld at %lld"), unit->node, (long long) unit->unit,
                            (long long) unit->row);
  return g_strdup_printf (_ ("%s, unit %lld"), unit->node, (long long) unit->unit);
}

/* --- the job --- */

typedef struct
{
  CjlNetwork *network;
  CjlExplainedRow row; /* x and target alone */
  gint64 place;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  cj_tensor_unref (order->row.x);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  g_autoptr (CjExplained) network = cjl_explained_new_network (order->network, error);

  (void) job;
  return network != NULL ? cjl_units_find (network, order->network->graph, order->network->dataset,
                                           &order->row, order->place)
                         : NULL;
}

CjlJob *
cjl_units_start (CjlNetwork *network, const CjlExplainedRow *row, gint64 place)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->row = (CjlExplainedRow){ .x = cj_tensor_ref (row->x), .target = row->target };
  order->place = place;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) g_array_unref);
}
