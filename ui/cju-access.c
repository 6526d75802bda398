/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-access.h"

#include "cjl-receptive.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#define ROOM 15.5  /* pixels of a font at 100 % that a card is made for */
#define USUAL 14.7 /* pixels of the font of a desktop that was left as it is: 11 points */

void
cju_access_name (GtkWidget *control, const char *name)
{
  GtkWidget *inside = GTK_IS_DROP_DOWN (control) ? gtk_widget_get_first_child (control) : NULL;

  gtk_accessible_reset_relation (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (control), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
  if (inside != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (inside), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                    -1);
}

void
cju_access_tip (GtkWidget *widget, const char *text)
{
  const gboolean away = gtk_widget_get_root (widget) == NULL && gtk_widget_get_visible (widget);

  if (g_strcmp0 (gtk_widget_get_tooltip_text (widget), text) == 0)
    return;
  if (away) /* of what is not visible nothing is asked */
    gtk_widget_set_visible (widget, FALSE);
  gtk_widget_set_tooltip_text (widget, text);
  if (away)
    gtk_widget_set_visible (widget, TRUE);
}

void
cju_access_name_mnemonic (GtkWidget *control, const char *label)
{
  g_auto (GStrv) parts = g_strsplit (label, "_", -1);
  g_autofree char *name = g_strjoinv ("", parts);

  cju_access_name (control, name);
}

void
cju_access_name_search (GtkWidget *entry, const char *name)
{
  cju_access_name (entry, name);
  cju_access_name (gtk_widget_get_last_child (entry), _ ("Clear"));
}

static GtkWidget *
find_inside (GtkWidget *parent, GType type)
{
  GtkWidget *found = NULL;

  for (GtkWidget *child = gtk_widget_get_first_child (parent); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = g_type_is_a (G_OBJECT_TYPE (child), type) ? child : find_inside (child, type);
  return found;
}

void
cju_access_name_inside (GtkWidget *parent, GType type, const char *name)
{
  GtkWidget *found = find_inside (parent, type);

  if (found != NULL)
    cju_access_name (found, name);
}

void
cju_access_name_tab (GtkWidget *label, const char *row)
{
  GtkWidget *tab = gtk_widget_get_parent (label);

  cju_access_name (tab, gtk_label_get_text (GTK_LABEL (label)));
  cju_access_name (gtk_widget_get_parent (tab), row);
}

double
cju_access_get_text_size (GtkWidget *widget)
{
  PangoContext *context = gtk_widget_get_pango_context (widget);
  const PangoFontDescription *font = pango_context_get_font_description (context);
  const double dpi = pango_cairo_context_get_resolution (context);
  const double size = (double) pango_font_description_get_size (font) / PANGO_SCALE;
  const gboolean pixels = pango_font_description_get_size_is_absolute (font) || dpi <= 0;

  return MAX (size * (pixels ? 1 : dpi / 72), 1);
}

double
cju_access_fit_text (GtkWidget *widget)
{
  return MIN (1, ROOM / cju_access_get_text_size (widget));
}

double
cju_access_grow_text (GtkWidget *widget)
{
  return MAX (1, cju_access_get_text_size (widget) / USUAL);
}

gboolean
cju_access_is_high_contrast (void)
{
  return adw_style_manager_get_high_contrast (adw_style_manager_get_default ());
}

/* "6×28×28" as it is said. Takes `shape`; you free what comes back. */
static char *
say_shape (char *shape)
{
  g_autofree char *taken = shape;
  g_auto (GStrv) sides = NULL;

  if (taken == NULL)
    return NULL;
  sides = g_strsplit (taken, "×", -1);
  return g_strjoinv (_ (" by "), sides);
}

/* Numbers that the node learns. */
static gint64
count_parameters (CjuDocument *document, const CjNode *node)
{
  g_autoptr (GPtrArray) nodes = g_ptr_array_new ();

  g_ptr_array_add (nodes, (gpointer) node);
  return cju_document_count_parameters (document, nodes);
}

char *
cju_access_print_card (CjuDocument *document, const CjNode *node, gboolean selected)
{
  GString *text = g_string_new (NULL);
  const CjNode *before = node->from[0].node;
  g_autofree char *in
      = before != NULL ? say_shape (cju_document_dup_shape (document, before)) : NULL;
  g_autofree char *out = say_shape (cju_document_dup_shape (document, node));
  const CjProblem *problem = cju_document_find_problem (document, node);
  const gint64 n = count_parameters (document, node);

  g_string_append_printf (text, "%s, %s", _ (node->layer->title), node->id);
  if (in != NULL && out != NULL)
    g_string_append_printf (text, _ (", %s to %s"), in, out);
  else if (in != NULL || out != NULL)
    g_string_append_printf (text, ", %s", in != NULL ? in : out);
  if (n > 0)
    g_string_append_printf (text, ngettext (", %'lld parameter", ", %'lld parameters", (gulong) n),
                            (long long) n);
  if (node->muted)
    g_string_append (text, _ (", muted"));
  if (node->lesioned)
    g_string_append (text, _ (", lesioned"));
  if (node->frozen)
    g_string_append (text, _ (", frozen"));
  if (problem != NULL)
    g_string_append_printf (text, _ (", has a problem: %s"), problem->sentence);
  if (selected)
    g_string_append (text, _ (", selected"));
  return g_string_free (text, FALSE);
}

char *
cju_access_describe_card (CjuDocument *document, const CjNode *node)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const CjLowered *lowered = cju_document_get_lowered (document);
  const CjuUnit unit = cju_document_get_unit (document);
  const CjNode *chosen = unit.node != NULL ? cj_graph_find (graph, unit.node) : NULL;
  GString *text = g_string_new (_ (node->layer->blurb));
  CjlField field;

  if (chosen == NULL || lowered == NULL)
    return g_string_free (text, FALSE);
  if (chosen == node)
    g_string_append_printf (text, _ (". Unit %lld is chosen, row %lld, column %lld"),
                            (long long) unit.unit + 1, (long long) unit.row + 1,
                            (long long) unit.column + 1);
  else if (node->layer->role == CJ_ROLE_INPUT
           && cjl_receptive_field (lowered, (guint) cj_graph_get_index (graph, chosen), unit.row,
                                   unit.column, &field))
    g_string_append_printf (
        text, _ (". Unit %lld of %s sees rows %lld to %lld, columns %lld to %lld"),
        (long long) unit.unit + 1, chosen->id, (long long) field.top + 1,
        (long long) field.bottom + 1, (long long) field.left + 1, (long long) field.right + 1);
  return g_string_free (text, FALSE);
}

char *
cju_access_print_input (CjuDocument *document, const CjNode *node, guint port)
{
  const CjWire *wire = &node->from[port];
  const char *name = cj_layer_get_input (node->layer, port)->name;
  g_autofree char *shape
      = wire->node != NULL ? say_shape (cju_document_dup_shape (document, wire->node)) : NULL;

  if (wire->node == NULL)
    return g_strdup_printf (_ ("Input %s of %s, no wire"), name, node->id);
  return g_strdup_printf (_ ("Input %s of %s, wire from %s%s%s"), name, node->id, wire->node->id,
                          shape != NULL ? ", " : "", shape != NULL ? shape : "");
}

char *
cju_access_print_output (CjuDocument *document, const CjNode *node, guint port)
{
  const CjGraph *graph = cju_document_get_project (document)->graph;
  const char *name = cj_layer_get_output (node->layer, port)->name;
  g_autoptr (GString) to = g_string_new (NULL);

  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const CjNode *other = graph->nodes->pdata[i];

      for (guint k = 0; k < cj_node_get_n_in (other); k++)
        if (other->from[k].node == node && other->from[k].port == port)
          g_string_append_printf (to, "%s%s", to->len > 0 ? ", " : "", other->id);
    }
  return to->len > 0 ? g_strdup_printf (_ ("Output %s of %s, wire to %s"), name, node->id, to->str)
                     : g_strdup_printf (_ ("Output %s of %s, no wire"), name, node->id);
}
