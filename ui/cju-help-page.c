/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-help-page.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

typedef struct
{
  GtkWidget *box;
  GCallback on_link;
  gpointer data;
} Writer;

static GtkWidget *
add_label (const Writer *writer, const char *text, gboolean markup, const char *class)
{
  GtkWidget *label = gtk_label_new (NULL);

  if (markup)
    gtk_label_set_markup (GTK_LABEL (label), text);
  else
    gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  if (class != NULL)
    gtk_widget_add_css_class (label, class);
  if (markup)
    g_signal_connect (label, "activate-link", writer->on_link, writer->data);
  gtk_box_append (GTK_BOX (writer->box), label);
  return label;
}

static void
add_heading (const Writer *writer, const char *text)
{
  gtk_widget_set_margin_top (add_label (writer, text, FALSE, "heading"), 12);
}

/* A row with a title, what it is about, and what it may be. */
static GtkWidget *
make_row (const char *title, const char *blurb, const char *range)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *safe = g_markup_escape_text (title, -1);
  g_autofree char *words
      = g_markup_printf_escaped ("%s%s%s", blurb, blurb[0] != '\0' ? "\n" : "", range);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), safe);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  return row;
}

/* "name=value", or "name!=value". */
static char *
print_when (const CjParam *table, const CjParam *param)
{
  g_auto (GStrv) pair = param->when != NULL ? g_strsplit (param->when, "=", 2) : NULL;
  const gsize n = pair != NULL ? strlen (pair[0]) : 0;
  const gboolean unlike = n > 0 && pair[0][n - 1] == '!';
  const CjParam *other;

  if (unlike)
    pair[0][n - 1] = '\0';
  other = pair != NULL ? cj_params_find (table, pair[0]) : NULL;
  if (other == NULL)
    return NULL;
  return unlike ? g_strdup_printf (_ ("not with %s: %s"), _ (other->title), _ (pair[1]))
                : g_strdup_printf (_ ("only with %s: %s"), _ (other->title), _ (pair[1]));
}

static void
add_params (const Writer *writer, const CjParam *table)
{
  GtkWidget *group = adw_preferences_group_new ();

  add_heading (writer, _ ("Parameters"));
  for (const CjParam *p = table; p->name != NULL; p++)
    {
      g_autofree char *range = cju_help_print_range (p);
      g_autofree char *when = print_when (table, p);
      g_autofree char *title = p->unit != NULL
                                   ? g_strdup_printf ("%s (%s)", _ (p->title), _ (p->unit))
                                   : g_strdup (_ (p->title));
      g_autoptr (GString) words = g_string_new (range);

      if (when != NULL)
        g_string_append_printf (words, " · %s", when);
      if ((p->flags & CJ_PARAM_LIVE) != 0)
        g_string_append_printf (words, " · %s", _ ("acts at the next step of training"));
      adw_preferences_group_add (
          ADW_PREFERENCES_GROUP (group),
          make_row (title, p->blurb != NULL && p->blurb[0] != '\0' ? _ (p->blurb) : "",
                    words->str));
    }
  gtk_box_append (GTK_BOX (writer->box), group);
}

static void
add_port (GtkWidget *group, const CjPort *port, gboolean in)
{
  static const char *const kinds[]
      = { N_ ("input"), N_ ("input, may be left open"), N_ ("input, takes several wires") };
  g_autofree char *title = g_strdup_printf ("%s · %s", _ (port->title), port->name);
  const char *what = in ? _ (kinds[port->kind]) : _ ("output");

  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group),
                             make_row (title, port->shape != NULL ? port->shape : "", what));
}

static void
add_ports (const Writer *writer, const CjLayerInfo *layer)
{
  GtkWidget *group;
  const guint n_in = cj_layer_get_n_in (layer), n_out = cj_layer_get_n_out (layer);

  if (layer->inputs == NULL && layer->outputs == NULL)
    return;
  add_heading (writer, _ ("Ports"));
  group = adw_preferences_group_new ();
  for (guint i = 0; i < n_in; i++)
    add_port (group, cj_layer_get_input (layer, i), TRUE);
  for (guint i = 0; i < n_out; i++)
    add_port (group, cj_layer_get_output (layer, i), FALSE);
  gtk_box_append (GTK_BOX (writer->box), group);
}

/* Links to the neighbours in the same section. */
static void
add_neighbours (const Writer *writer, const CjuHelpPage *page)
{
  const GPtrArray *pages = cju_help_pages ();
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < pages->len; i++)
    {
      const CjuHelpPage *other = pages->pdata[i];
      g_autofree char *link = NULL;

      if (other == page || !g_str_equal (other->section, page->section))
        continue;
      link = g_markup_printf_escaped ("%s<a href=\"%s\">%s</a>", text->len > 0 ? "  ·  " : "",
                                      other->id, other->title);
      g_string_append (text, link);
    }
  if (text->len == 0)
    return;
  add_heading (writer, _ ("See also"));
  add_label (writer, text->str, TRUE, NULL);
}

GtkWidget *
cju_help_page_new (const CjuHelpPage *page, GCallback on_link, gpointer data)
{
  const Writer writer = { gtk_box_new (GTK_ORIENTATION_VERTICAL, 10), on_link, data };
  GtkWidget *clamp = adw_clamp_new ();

  gtk_widget_set_margin_top (writer.box, 24);
  gtk_widget_set_margin_bottom (writer.box, 36);
  gtk_widget_set_margin_start (writer.box, 18);
  gtk_widget_set_margin_end (writer.box, 18);
  add_label (&writer, page->section, FALSE, "dim-label");
  add_label (&writer, page->title, FALSE, "title-1");
  if (page->blurb != NULL && page->blurb[0] != '\0')
    add_label (&writer, _ (page->blurb), FALSE, "title-4");
  for (guint i = 0; page->paragraphs != NULL && page->paragraphs[i] != NULL; i++)
    add_label (&writer, _ (page->paragraphs[i]), TRUE, NULL);
  if (page->formula != NULL)
    {
      add_heading (&writer, _ ("Formula"));
      gtk_label_set_selectable (
          GTK_LABEL (add_label (&writer, page->formula, FALSE, "help-formula")), TRUE);
    }
  if (page->biology != NULL)
    {
      add_heading (&writer, _ ("In the brain"));
      add_label (&writer, _ (page->biology), FALSE, NULL);
    }
  if (page->params != NULL && page->params->name != NULL)
    add_params (&writer, page->params);
  if (page->layer != NULL)
    add_ports (&writer, page->layer);
  if (page->source != NULL)
    {
      add_heading (&writer, _ ("Source"));
      add_label (&writer, page->source, FALSE, NULL);
    }
  add_neighbours (&writer, page);
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 680);
  adw_clamp_set_child (ADW_CLAMP (clamp), writer.box);
  return clamp;
}
