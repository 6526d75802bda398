/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cj-checkpoint.h"

#include <math.h>
#include <string.h>

#define ALIGN 16 /* floats: one cache line, as in a program */

static void
clear_entry (gpointer data)
{
  g_free (((CjTableEntry *) data)->name);
}

CjTable *
cj_table_new_empty (void)
{
  CjTable *self = g_new0 (CjTable, 1);

  self->ref_count = 1;
  self->entries = g_array_new (FALSE, FALSE, sizeof (CjTableEntry));
  g_array_set_clear_func (self->entries, clear_entry);
  return self;
}

void
cj_table_append (CjTable *self, const char *name, const CjShape *shape, gboolean state)
{
  gint64 *end = state ? &self->n_states : &self->n_weights;
  const CjTableEntry entry = { .name = g_strdup (name),
                               .shape = *shape,
                               .state = state,
                               .offset = *end,
                               .size = cj_shape_size (shape) };

  *end += (entry.size + ALIGN - 1) / ALIGN * ALIGN;
  g_array_append_val (self->entries, entry);
}

CjTable *
cj_table_new (const CjProgram *program)
{
  CjTable *self = cj_table_new_empty ();

  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);

      cj_table_append (self, param->name, &param->shape, param->state);
      g_assert (cj_table_get (self, i)->offset == param->offset);
    }
  return self;
}

CjTable *
cj_table_ref (CjTable *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cj_table_unref (CjTable *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_array_unref (self->entries);
  g_free (self);
}

const CjTableEntry *
cj_table_get (const CjTable *self, guint index)
{
  return &g_array_index (self->entries, CjTableEntry, index);
}

const CjTableEntry *
cj_table_find (const CjTable *self, const char *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (g_str_equal (cj_table_get (self, i)->name, name))
      return cj_table_get (self, i);
  return NULL;
}

gboolean
cj_table_equal (const CjTable *a, const CjTable *b)
{
  gboolean equal = a->entries->len == b->entries->len;

  for (guint i = 0; a != b && equal && i < a->entries->len; i++)
    {
      const CjTableEntry *x = cj_table_get (a, i), *y = cj_table_get (b, i);

      equal = g_str_equal (x->name, y->name) && cj_shape_equal (&x->shape, &y->shape)
              && x->state == y->state;
    }
  return equal;
}

CjCheckpoint *
cj_checkpoint_new (CjTable *table, guint n_slots, CjSlotKinds kinds)
{
  CjCheckpoint *self = g_new0 (CjCheckpoint, 1);

  self->ref_count = 1;
  self->table = cj_table_ref (table);
  self->n_slots = n_slots;
  self->kinds = kinds;
  self->weights = g_new0 (float, table->n_weights + 1);
  self->states = g_new0 (float, table->n_states + 1);
  self->slots = g_new0 (float, table->n_weights *n_slots + 1);
  self->at.val_loss = NAN;
  self->at.best_loss = INFINITY;
  return self;
}

guint8 *
cj_checkpoint_add_flags (CjCheckpoint *self)
{
  if (self->flags == NULL)
    self->flags = g_new0 (guint8, self->table->n_weights + 1);
  return self->flags;
}

gboolean
cj_checkpoint_has_flags (const CjCheckpoint *self, const CjTableEntry *entry)
{
  gboolean any = FALSE;

  for (gint64 i = 0; self->flags != NULL && !entry->state && i < entry->size; i++)
    any |= self->flags[entry->offset + i] != 0;
  return any;
}

CjTensor *
cj_checkpoint_dup_flags (const CjCheckpoint *self, const CjTableEntry *entry)
{
  CjTensor *tensor = cj_tensor_new (CJ_UINT8, &entry->shape);

  if (self->flags != NULL && !entry->state)
    memcpy (tensor->data, self->flags + entry->offset, (gsize) entry->size);
  return tensor;
}

gboolean
cj_checkpoint_take_flags (CjCheckpoint *self, const CjTableEntry *entry, const CjTensor *flags)
{
  if (entry->state || flags->dtype != CJ_UINT8 || !cj_shape_equal (&flags->shape, &entry->shape))
    return FALSE;
  memcpy (cj_checkpoint_add_flags (self) + entry->offset, flags->data, (gsize) entry->size);
  return TRUE;
}

CjCheckpoint *
cj_checkpoint_ref (CjCheckpoint *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

void
cj_checkpoint_unref (CjCheckpoint *self)
{
  if (!g_atomic_int_dec_and_test (&self->ref_count))
    return;
  cj_table_unref (self->table);
  g_free (self->weights);
  g_free (self->states);
  g_free (self->slots);
  g_free (self->flags);
  g_free (self);
}

gsize
cj_checkpoint_get_bytes (const CjCheckpoint *self)
{
  return sizeof *self
         + sizeof (float)
               * (gsize) (self->table->n_weights * (1 + self->n_slots) + self->table->n_states)
         + (self->flags != NULL ? (gsize) self->table->n_weights : 0);
}

float *
cj_checkpoint_get_data (const CjCheckpoint *self, const CjTableEntry *entry)
{
  return (entry->state ? self->states : self->weights) + entry->offset;
}

float *
cj_checkpoint_get_slot (const CjCheckpoint *self, const CjTableEntry *entry, guint slot)
{
  g_return_val_if_fail (slot < self->n_slots && !entry->state, NULL);
  return self->slots + slot * self->table->n_weights + entry->offset;
}

float *
cj_checkpoint_get_kind (const CjCheckpoint *self, CjSlotKinds kind)
{
  const int slot = cj_slots_find (self->n_slots, self->kinds, kind);

  return slot >= 0 ? self->slots + slot * self->table->n_weights : NULL;
}

const float *
cj_checkpoint_get_best_weights (const CjCheckpoint *self)
{
  const float *average = cj_checkpoint_get_kind (self, CJ_SLOT_AVERAGE);

  return average != NULL && self->at.step > 0 ? average : self->weights;
}

gboolean
cj_checkpoint_apply (const CjCheckpoint *self, CjProgram *program)
{
  for (guint i = 0; i < cj_program_get_n_params (program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (program, i);
      const CjTableEntry *entry = cj_table_find (self->table, param->name);

      if (entry == NULL || !cj_shape_equal (&entry->shape, &param->shape)
          || entry->state != param->state)
        return FALSE;
      memcpy (cj_program_get_param_data (program, param), cj_checkpoint_get_data (self, entry),
              sizeof (float) * (gsize) entry->size);
    }
  return TRUE;
}

const CjTableEntry *
cj_checkpoint_find_bad (const CjCheckpoint *self)
{
  for (guint i = 0; i < self->table->entries->len; i++)
    {
      const CjTableEntry *entry = cj_table_get (self->table, i);
      const float *data = cj_checkpoint_get_data (self, entry);
      gboolean good = TRUE;

      for (gint64 j = 0; j < entry->size; j++)
        good &= isfinite (data[j]) != 0;
      if (!good)
        return entry;
    }
  return NULL;
}

/* The numbers of a place by name, so that saving and loading cannot differ. */
typedef struct
{
  const char *name;
  gsize offset;
} Field;

#define FIELD(name, field)                                                                         \
  {                                                                                                \
    name, offsetof (CjPlace, field)                                                                \
  }

static const Field numbers[] = {
  FIELD ("loss-sum", sum.loss),        FIELD ("accuracy-sum", sum.accuracy),
  FIELD ("validation-loss", val_loss), FIELD ("best-loss", best_loss),
  FIELD ("optimizer-0", scalars[0]),   FIELD ("optimizer-1", scalars[1]),
  FIELD ("optimizer-2", scalars[2]),   FIELD ("optimizer-3", scalars[3]),
  FIELD ("schedule-0", schedule[0]),   FIELD ("schedule-1", schedule[1]),
  FIELD ("schedule-2", schedule[2]),   FIELD ("schedule-3", schedule[3]),
  FIELD ("sparsity", sparsity),
};
G_STATIC_ASSERT (CJ_OPTIMIZER_MAX_SCALARS == 4 && CJ_SCHEDULE_MAX_STATE == 4);

static const Field counts[] = {
  FIELD ("epoch", epoch),   FIELD ("position", position), FIELD ("commands", n_commands),
  FIELD ("worse", n_worse), FIELD ("task", task),         FIELD ("task-epoch", task_epoch),
};

/* The slots beside the optimizer's, by name. */
static const struct
{
  const char *name;
  CjSlotKinds kind;
} slot_kinds[] = {
  { "averaged", CJ_SLOT_AVERAGE }, { "moved", CJ_SLOT_MOVEMENT },     { "started", CJ_SLOT_START },
  { "anchored", CJ_SLOT_ANCHOR },  { "weighed", CJ_SLOT_IMPORTANCE }, { "path", CJ_SLOT_PATH },
};
G_STATIC_ASSERT (G_N_ELEMENTS (slot_kinds) == CJ_SLOT_N_KINDS);

/* The bits of a double, since text formats know neither NAN nor every last bit. */
static gint64
get_bits (double number)
{
  gint64 bits;

  memcpy (&bits, &number, sizeof bits);
  return bits;
}

GVariant *
cj_checkpoint_save_place (const CjCheckpoint *self)
{
  const CjPlace *at = &self->at;
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_variant_dict_insert (&dict, numbers[i].name, "x",
                           get_bits (G_STRUCT_MEMBER (double, at, numbers[i].offset)));
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    g_variant_dict_insert (&dict, counts[i].name, "x",
                           (gint64) G_STRUCT_MEMBER (guint, at, counts[i].offset));
  g_variant_dict_insert (&dict, "step", "x", (gint64) at->step);
  g_variant_dict_insert (&dict, "best-step", "x", (gint64) at->best_step);
  g_variant_dict_insert (&dict, "validated", "b", at->validated);
  g_variant_dict_insert (&dict, "origin", "x", (gint64) at->origin);
  for (guint i = 0; i < G_N_ELEMENTS (slot_kinds); i++)
    g_variant_dict_insert (&dict, slot_kinds[i].name, "b", (self->kinds & slot_kinds[i].kind) != 0);
  g_variant_dict_insert (&dict, "slots", "x", (gint64) self->n_slots);
  if (self->plan != NULL)
    g_variant_dict_insert (&dict, "plan", "s", self->plan);
  return g_variant_dict_end (&dict);
}

CjSlotKinds
cj_checkpoint_load_kinds (GVariant *data)
{
  CjSlotKinds kinds = 0;

  for (guint i = 0; i < G_N_ELEMENTS (slot_kinds); i++)
    {
      gboolean has = FALSE;

      g_variant_lookup (data, slot_kinds[i].name, "b", &has);
      kinds |= has ? slot_kinds[i].kind : 0;
    }
  return kinds;
}

void
cj_checkpoint_load_place (CjCheckpoint *self, GVariant *data)
{
  CjPlace *at = &self->at;
  const char *plan;
  gint64 whole;

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (g_variant_lookup (data, numbers[i].name, "x", &whole))
      memcpy (G_STRUCT_MEMBER_P (at, numbers[i].offset), &whole, sizeof whole);
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    if (g_variant_lookup (data, counts[i].name, "x", &whole))
      G_STRUCT_MEMBER (guint, at, counts[i].offset) = (guint) CLAMP (whole, 0, G_MAXUINT);
  if (g_variant_lookup (data, "step", "x", &whole))
    at->step = (guint64) MAX (whole, 0);
  if (g_variant_lookup (data, "origin", "x", &whole))
    at->origin = MIN ((guint64) MAX (whole, 0), at->step);
  if (g_variant_lookup (data, "best-step", "x", &whole))
    at->best_step = (guint64) MAX (whole, 0);
  g_variant_lookup (data, "validated", "b", &at->validated);
  if (g_variant_lookup (data, "plan", "&s", &plan) && strlen (plan) < 256)
    self->plan = g_intern_string (plan);
}
