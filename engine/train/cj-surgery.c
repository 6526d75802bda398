/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-surgery.h"

#include "cj-labels.h"

#include <string.h>

struct _CjSurgery
{
  GHashTable *ids; /* node id to the id it had before, where that is another one */
  CjLabels *before, *after;
};

static void
clear_cut (gpointer data)
{
  g_free (((CjUnitCut *) data)->node);
}

GArray *
cj_unit_cuts_new (void)
{
  GArray *cuts = g_array_new (FALSE, FALSE, sizeof (CjUnitCut));

  g_array_set_clear_func (cuts, clear_cut);
  return cuts;
}

void
cj_unit_cuts_add (GArray *cuts, const char *node, guint unit)
{
  const CjUnitCut cut = { g_strdup (node), unit };

  g_array_append_val (cuts, cut);
}

/* Whether a node that has gone and one that is new are the same under another name. */
static gboolean
is_renamed (const CjNode *old, const CjNode *node, GHashTable *ids)
{
  gboolean same = old->layer == node->layer;

  for (const CjParam *p = node->layer->params; same && p != NULL && p->name != NULL; p++)
    {
      g_autofree char *a = cj_params_print (p, old->params), *b = cj_params_print (p, node->params);

      same = g_strcmp0 (a, b) == 0;
    }
  for (guint port = 0; same && port < CJ_LAYER_MAX_IN; port++)
    {
      const CjNode *x = old->from[port].node, *y = node->from[port].node;
      const char *id = y != NULL ? g_hash_table_lookup (ids, y->id) : NULL;

      if (y != NULL && id == NULL)
        id = y->id;
      same = (x == NULL) == (y == NULL) && (x == NULL || g_str_equal (x->id, id))
             && old->from[port].port == node->from[port].port;
    }
  return same;
}

static GHashTable *
find_renamed (const CjGraph *before, const CjGraph *after)
{
  GHashTable *ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) order = cj_graph_sort (after);

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];

      if (cj_graph_find (before, node->id) != NULL)
        continue;
      for (guint j = 0; j < before->nodes->len; j++)
        {
          const CjNode *old = before->nodes->pdata[j];

          if (cj_graph_find (after, old->id) != NULL || g_hash_table_contains (taken, old->id)
              || !is_renamed (old, node, ids))
            continue;
          g_hash_table_insert (ids, g_strdup (node->id), g_strdup (old->id));
          g_hash_table_add (taken, old->id);
          break;
        }
    }
  return ids;
}

CjSurgery *
cj_surgery_new (const CjGraph *before, const CjGraph *after, const CjDataSpec *spec,
                const CjLearning *learned, const CjLearning *learns, const GArray *cuts)
{
  CjSurgery *self = g_new0 (CjSurgery, 1);
  CjDataSpec was = *spec, is = *spec;

  was.learning = learned;
  is.learning = learns;
  self->ids = find_renamed (before, after);
  self->before = cj_labels_new (before, &was, NULL, NULL, NULL);
  self->after = cj_labels_new (after, &is, self->ids, cuts, self->before);
  return self;
}

void
cj_surgery_free (CjSurgery *self)
{
  cj_labels_free (self->before);
  cj_labels_free (self->after);
  g_hash_table_unref (self->ids);
  g_free (self);
}

/* Place in the old axis of every element of the new one, -1: it is new. Axes that share no label are
 * matched by place: the layer listens to something else now, but what it has learned still fits. */
static gint64 *
match_axis (CjAxisLabels old, gint64 n_old, CjAxisLabels new, gint64 n_new)
{
  g_autoptr (GHashTable) places = g_hash_table_new (g_int64_hash, g_int64_equal);
  g_autofree guint64 *labels = g_new (guint64, n_old + 1);
  g_autofree gint64 *next = g_new (gint64, n_old + 1); /* of the same label, -1: none */
  gint64 *map = g_new (gint64, n_new + 1), n_matched = 0;

  for (gint64 i = n_old; i-- > 0;)
    {
      gpointer later;

      labels[i] = cj_label (old, i);
      next[i] = g_hash_table_lookup_extended (places, &labels[i], NULL, &later)
                    ? (gint64) GPOINTER_TO_SIZE (later)
                    : -1;
      g_hash_table_replace (places, &labels[i], GSIZE_TO_POINTER ((gsize) i));
    }
  for (gint64 i = 0; i < n_new; i++)
    {
      const guint64 label = cj_label (new, i);
      gpointer at;

      map[i] = -1;
      if (!g_hash_table_lookup_extended (places, &label, NULL, &at))
        continue;
      map[i] = (gint64) GPOINTER_TO_SIZE (at);
      n_matched++;
      if (next[map[i]] >= 0)
        g_hash_table_replace (places, &labels[next[map[i]]],
                              GSIZE_TO_POINTER ((gsize) next[map[i]]));
      else
        g_hash_table_remove (places, &label);
    }
  for (gint64 i = 0; i < n_new && n_matched == 0; i++)
    map[i] = i < n_old ? i : -1;
  return map;
}

/* One tensor's way from old to new. */
typedef struct
{
  const CjShape *from, *to;
  gint64 *maps[CJ_MAX_DIMS];
  gboolean inputs;
} Way;

/* Where element `index` of the new tensor was: its place in the old one, -1 if it is new, -2 if it is
 * a new input of an old unit. */
static gint64
find_place (const Way *way, gint64 index)
{
  gint64 place = 0, stride = 1;
  gboolean fits = TRUE, row = TRUE;

  for (guint a = way->to->n_dims; a-- > 0; index /= way->to->dims[a])
    {
      const gint64 at = way->maps[a][index % way->to->dims[a]];

      fits &= at >= 0;
      if (a == 0)
        row = at >= 0;
      place += at * stride;
      stride *= way->from->dims[a];
    }
  return fits ? place : way->inputs && row ? -2 : -1;
}

static void
carry (const Way *way, const float *from, float *to, gint64 size)
{
  for (gint64 i = 0; i < size; i++)
    {
      const gint64 place = find_place (way, i);

      if (place >= 0)
        to[i] = from[place];
      else if (place == -2)
        to[i] = 0;
    }
}

/* The rows of a new layer that hand on what they hear. */
static void
make_identity (const CjParamLabels *param, float *data)
{
  const CjShape *shape = &param->value->shape;
  const gint64 row = cj_shape_size (shape) / MAX (shape->dims[0], 1);
  const gint64 taps = shape->n_dims == 4 ? shape->dims[2] * shape->dims[3] : 1;
  const gint64 middle = shape->n_dims == 4 ? param->tap[0] * shape->dims[3] + param->tap[1] : 0;

  memset (data, 0, sizeof (float) * (gsize) (row * param->n_passed));
  for (gint64 i = 0; i < param->n_passed && shape->n_dims > 1; i++)
    data[i * row + i % shape->dims[1] * taps + middle] = 1;
}

/* Finds the old place of a tensor; FALSE: it is new. */
static gboolean
find_way (const CjSurgery *self, const CjParamLabels *param, const CjTableEntry *entry,
          const CjTableEntry *was, Way *way)
{
  const CjParamLabels *old = was != NULL ? cj_labels_find (self->before, param->key) : NULL;

  if (old == NULL || was->shape.n_dims != entry->shape.n_dims || was->state != entry->state)
    return FALSE;
  *way = (Way){ .from = &was->shape, .to = &entry->shape, .inputs = param->inputs };
  for (guint a = 0; a < entry->shape.n_dims; a++)
    way->maps[a]
        = match_axis (old->axis[a], was->shape.dims[a], param->axis[a], entry->shape.dims[a]);
  return TRUE;
}

/* The slot of a kind that one tensor has, or NULL. */
static float *
get_kind (const CjCheckpoint *of, const CjTableEntry *entry, CjSlotKinds kind)
{
  float *all = cj_checkpoint_get_kind (of, kind);

  return all != NULL && !entry->state ? all + entry->offset : NULL;
}

/* A synapse that is gone stays gone; a new one is there. */
static void
carry_flags (const Way *way, const guint8 *from, guint8 *to, gint64 size)
{
  for (gint64 i = 0; i < size; i++)
    {
      const gint64 place = find_place (way, i);

      to[i] = place >= 0 ? from[place] : 0;
    }
}

/* All that a tensor had goes where it is found again. */
static void
carry_tensor (const Way *way, const CjTableEntry *was, const CjTableEntry *entry,
              const CjCheckpoint *from, CjCheckpoint *to, guint n_slots)
{
  static const CjSlotKinds kinds[] = { CJ_SLOT_MOVEMENT, CJ_SLOT_START,      CJ_SLOT_AVERAGE,
                                       CJ_SLOT_ANCHOR,   CJ_SLOT_IMPORTANCE, CJ_SLOT_PATH };

  for (guint slot = 0; slot < n_slots && !entry->state; slot++)
    carry (way, cj_checkpoint_get_slot (from, was, slot), cj_checkpoint_get_slot (to, entry, slot),
           entry->size);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      float *data = get_kind (to, entry, kinds[i]), *old = get_kind (from, was, kinds[i]);

      if (data != NULL && old != NULL)
        carry (way, old, data, entry->size);
    }
  if (from->flags != NULL && !entry->state)
    carry_flags (way, from->flags + was->offset, cj_checkpoint_add_flags (to) + entry->offset,
                 entry->size);
}

static void
operate (const CjSurgery *self, const CjParamLabels *param, const CjTableEntry *entry,
         const CjCheckpoint *from, CjCheckpoint *to, guint n_slots)
{
  const CjTableEntry *was = cj_table_find (from->table, param->key);
  float *data = cj_checkpoint_get_data (to, entry);
  float *average = get_kind (to, entry, CJ_SLOT_AVERAGE);
  float *start = get_kind (to, entry, CJ_SLOT_START);
  float *anchor = get_kind (to, entry, CJ_SLOT_ANCHOR);
  Way way;
  const gboolean found = find_way (self, param, entry, was, &way);

  if (param->n_passed > 0)
    make_identity (param, data);
  if (start != NULL) /* as drawn from the seed */
    memcpy (start, data, sizeof (float) * (gsize) entry->size);
  if (found)
    carry (&way, cj_checkpoint_get_data (from, was), data, entry->size);
  if (average != NULL)
    memcpy (average, data, sizeof (float) * (gsize) entry->size);
  if (anchor != NULL) /* of one that was not held before */
    memcpy (anchor, data, sizeof (float) * (gsize) entry->size);
  if (!found)
    return;
  carry_tensor (&way, was, entry, from, to, n_slots);
  for (guint a = 0; a < entry->shape.n_dims; a++)
    g_free (way.maps[a]);
}

void
cj_surgery_apply (const CjSurgery *self, const CjCheckpoint *from, CjCheckpoint *to,
                  gboolean keep_memory)
{
  const guint n_from = from->n_slots - cj_slots_count (from->kinds);
  const guint n_to = to->n_slots - cj_slots_count (to->kinds);

  for (guint i = 0; i < self->after->n_values; i++)
    {
      const CjParamLabels *param = &self->after->params[i];
      const CjTableEntry *entry
          = param->key != NULL ? cj_table_find (to->table, param->value->name) : NULL;

      if (entry != NULL)
        operate (self, param, entry, from, to, keep_memory ? MIN (n_from, n_to) : 0);
    }
}
