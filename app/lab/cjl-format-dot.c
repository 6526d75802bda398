/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The network as text for dot (Graphviz, "The DOT Language"): nodes, wires, and blocks as clusters. */
#include "cj-error.h"
#include "cjl-drawing.h"
#include "cjl-format.h"
#include "file.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* Text within quotes: there only " and \ mean something, and a line ends as \n. */
static void
append_quoted (GString *to, const char *text)
{
  g_string_append_c (to, '"');
  for (; *text != '\0'; text++)
    if (*text == '"' || *text == '\\')
      g_string_append_printf (to, "\\%c", *text);
    else if (*text == '\n')
      g_string_append (to, "\\n");
    else if (!g_ascii_iscntrl (*text))
      g_string_append_c (to, *text);
  g_string_append_c (to, '"');
}

static void
append_node (GString *to, const CjlDrawing *drawing, const CjNode *node, guint depth)
{
  g_autofree char *words = cjl_drawing_dup_words (node);
  g_autofree char *shape = cjl_drawing_dup_shape (drawing, node, 0);
  g_autofree char *count = cjl_drawing_print_count (cjl_drawing_count (drawing, node));
  g_autoptr (GString) label = g_string_new (_ (node->layer->title));

  g_string_append_printf (label, "\n%s", words);
  if (shape != NULL)
    g_string_append_printf (label, "\n%s", shape);
  if (count != NULL)
    g_string_append_printf (label, "\n%s", count);
  g_string_append_printf (to, "%*s", (int) (2 * depth), "");
  append_quoted (to, node->id);
  g_string_append (to, " [label=");
  append_quoted (to, label->str);
  g_string_append_printf (to, ", color=\"#%06x\"];\n",
                          cjl_drawing_get_color (node->layer->category));
}

/* The nodes of a block, and the blocks in it; NULL: of none. */
static void
append_block (GString *to, const CjlDrawing *drawing, const char *block, guint depth)
{
  const CjGraph *graph = drawing->project->graph;

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *node = graph->nodes->pdata[i];

      if (g_strcmp0 (node->block, block) == 0)
        append_node (to, drawing, node, depth);
    }
  for (guint i = 0; i < graph->blocks->len; i++)
    {
      const CjBlock *inner = graph->blocks->pdata[i];

      if (g_strcmp0 (inner->parent, block) != 0)
        continue;
      g_string_append_printf (to, "%*ssubgraph cluster_%u {\n%*slabel=", (int) (2 * depth), "", i,
                              (int) (2 * depth + 2), "");
      append_quoted (to, inner->title);
      g_string_append (to, ";\n");
      append_block (to, drawing, inner->id, depth + 1);
      g_string_append_printf (to, "%*s}\n", (int) (2 * depth), "");
    }
}

/* A wire; where its node has several inputs, with the name of the one. */
static void
append_wire (GString *to, const CjNode *node, guint port)
{
  const CjWire *wire = &node->from[port];

  g_string_append (to, "  ");
  append_quoted (to, wire->node->id);
  g_string_append (to, " -> ");
  append_quoted (to, node->id);
  if (port > 0 || wire->port > 0)
    {
      g_string_append (to, " [headlabel=");
      append_quoted (to, _ (cj_layer_get_input (node->layer, port)->name));
      g_string_append (to, "]");
    }
  g_string_append (to, ";\n");
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  g_auto (CjlDrawing) drawing = { 0 };
  g_autoptr (GString) to = g_string_new ("digraph ");

  (void) options;
  (void) done;
  cjl_drawing_init (&drawing, project);
  append_quoted (to, project->title);
  g_string_append (
      to, " {\n  rankdir=LR;\n  fontname=\"Helvetica\";\n"
          "  node [shape=box, style=rounded, penwidth=1.5, fontname=\"Helvetica\", fontsize=11];\n"
          "  edge [fontname=\"Helvetica\", fontsize=9, color=\"#5e5c64\"];\n\n");
  append_block (to, &drawing, NULL, 1);
  g_string_append_c (to, '\n');
  for (guint i = 0; i < project->graph->nodes->len; i++)
    {
      const CjNode *node = project->graph->nodes->pdata[i];

      for (guint port = 0; port < CJ_LAYER_MAX_IN; port++)
        if (node->from[port].node != NULL)
          append_wire (to, node, port);
    }
  g_string_append (to, "}\n");
  return cjd_file_write (path, to->str, to->len, error);
}

const CjlFormat cjl_format_dot = {
  .id = "dot",
  .title = N_ ("_Graph as Text…"),
  .heading = N_ ("Export Graph"),
  .blurb = N_ ("Layers, wires and blocks as text for Graphviz, which arranges and draws them."),
  .files = { { ".dot", N_ ("Graph for Graphviz") } },
  .save = save,
};
