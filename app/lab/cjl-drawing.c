/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-drawing.h"

#include "cjl-intake.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* A number that is preset, and either means “as it comes” or changes neither shapes nor learning. */
static gboolean
says_nothing (const CjParam *p, const char *value)
{
  return (p->kind == CJ_PARAM_INT || p->kind == CJ_PARAM_FLOAT)
         && g_ascii_strtod (value, NULL) == p->preset
         && (p->preset == 0 || (p->flags & (CJ_PARAM_RESHAPES | CJ_PARAM_LIVE)) == 0);
}

/* A size in pixels, both ways. */
static gboolean
is_window (const CjParam *p)
{
  return p->unit != NULL && g_str_equal (p->unit, "px")
         && (p->kind == CJ_PARAM_PAIR || g_str_equal (p->name, "patch"));
}

char *
cjl_drawing_dup_words (const CjNode *node)
{
  GString *text = g_string_new (NULL);
  gboolean window = FALSE;
  guint n = 0;

  for (const CjParam *p = node->layer->params; p != NULL && p->name != NULL && n < 2; p++)
    {
      g_autofree char *value = cj_params_print (p, node->params);
      const char *shown;
      char number[G_ASCII_DTOSTR_BUF_SIZE];

      if (p->kind == CJ_PARAM_BOOL || (p->flags & CJ_PARAM_ADVANCED) != 0
          || g_str_equal (value, "none") || says_nothing (p, value))
        continue;
      if (window && is_window (p)) /* a stride says less */
        continue;
      if (p->kind == CJ_PARAM_FLOAT) /* one that was measured has many digits */
        g_ascii_formatd (number, sizeof number, "%.4g", g_ascii_strtod (value, NULL));
      shown = p->kind == CJ_PARAM_FLOAT ? number : value;
      g_string_append_printf (text, "%s%s", n > 0 ? " · " : "", shown);
      if (is_window (p) && strchr (value, 'x') == NULL)
        g_string_append_printf (text, "×%s", value);
      window |= is_window (p);
      n++;
    }
  if (text->len == 0)
    g_string_append (text, node->id);
  return g_string_free (text, FALSE);
}

guint32
cjl_drawing_get_color (const char *category)
{
  static const struct
  {
    const char *category;
    guint32 color;
  } colors[] = {
    { "data", 0x3584e4 },       { "feature", 0x1a8f8f },        { "dense", 0x9141ac },
    { "activation", 0x2a7f4f }, { "regularisation", 0x986a44 }, { "shape", 0x77767b },
    { "loss", 0xe66100 },       { "placeholder", 0xc01c28 },    { "normalisation", 0x63800f },
    { "block", 0x6a79ab },      { "attention", 0xc0407a },      { "recurrent", 0x8f6b00 },
    { "sequence", 0x5b62c0 },   { "combine", 0x5f6b7a },        { "graph", 0x705a80 },
    { "spiking", 0x2c3e8c },    { "circuit", 0xa8433c },
  };

  for (guint i = 0; i < G_N_ELEMENTS (colors); i++)
    if (g_str_equal (colors[i].category, category))
      return colors[i].color;
  return 0x77767b;
}

void
cjl_drawing_init (CjlDrawing *self, CjlProject *project)
{
  g_auto (CjlIntake) intake = { 0 };

  *self = (CjlDrawing){ project, NULL };
  if (!cjl_intake_read (&intake, project, NULL))
    return;
  intake.spec.batch = 1;
  self->lowered = cj_lower (project->graph, &intake.spec);
}

void
cjl_drawing_clear (CjlDrawing *self)
{
  g_clear_pointer (&self->lowered, cj_lowered_free);
}

static const CjLoweredNode *
find (const CjlDrawing *self, const CjNode *node, int *index)
{
  *index = cj_graph_get_index (self->project->graph, node);
  return self->lowered != NULL && *index >= 0 && self->lowered->nodes[*index].valid
             ? &self->lowered->nodes[*index]
             : NULL;
}

char *
cjl_drawing_dup_shape (const CjlDrawing *self, const CjNode *node, guint port)
{
  int index;
  const CjLoweredNode *lowered = find (self, node, &index);
  const CjShape *shape;

  if (lowered == NULL || port >= lowered->n_out || lowered->out[port] == CJ_NO_VALUE)
    return NULL;
  shape = cj_builder_get_shape (self->lowered->builder, lowered->out[port]);
  return shape->n_dims > 0 ? cj_shape_print_sample (shape) : NULL;
}

gint64
cjl_drawing_count (const CjlDrawing *self, const CjNode *node)
{
  int index;
  gint64 n = 0;

  if (find (self, node, &index) == NULL)
    return 0;
  for (guint i = 0; i < self->lowered->builder->values->len; i++)
    {
      const CjValue *value = cj_builder_get_value (self->lowered->builder, (int) i);

      if (value->kind == CJ_VALUE_PARAM && value->node == (guint32) index)
        n += cj_shape_size (&value->shape);
    }
  return n;
}

char *
cjl_drawing_print_count (gint64 n)
{
  return n == 0 ? NULL
                : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%'lld parameter",
                                                "%'lld parameters", (gulong) n),
                                   (long long) n);
}
