/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-commands.h"

#include "cju-access.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  const char *section;
  const char *title;
  const char *action; /* detailed: "win.train", "canvas.align::left" */
  const char *key;    /* as gtk_accelerator_parse reads it; NULL: none */
} Command;

static const Command commands[] = {
  { N_ ("Project"), N_ ("New window"), "app.new-window", "<Control>n" },
  { N_ ("Project"), N_ ("New, empty canvas"), "win.empty", "<Control><Shift>n" },
  { N_ ("Project"), N_ ("Open…"), "win.open", "<Control>o" },
  { N_ ("Project"), N_ ("Save"), "win.save", "<Control>s" },
  { N_ ("Project"), N_ ("Save as…"), "win.save-as", "<Control><Shift>s" },
  { N_ ("Project"), N_ ("Load weights…"), "win.load-weights", NULL },
  { N_ ("Project"), N_ ("Export weights…"), "win.export::weights", "<Control><Shift>e" },
  { N_ ("Project"), N_ ("Export as ONNX model…"), "win.export::onnx", NULL },
  { N_ ("Project"), N_ ("Export as PyTorch module…"), "win.export::torch", NULL },
  { N_ ("Project"), N_ ("Export as NIR graph…"), "win.export::nir", NULL },
  { N_ ("Project"), N_ ("Export as C for microcontrollers…"), "win.export::c", NULL },
  { N_ ("Project"), N_ ("Export drawing as SVG…"), "win.export::svg", NULL },
  { N_ ("Project"), N_ ("Export drawing as Graphviz text…"), "win.export::dot", NULL },
  { N_ ("Project"), N_ ("Undo"), "win.undo", "<Control>z" },
  { N_ ("Project"), N_ ("Redo"), "win.redo", "<Control><Shift>z" },
  { N_ ("Project"), N_ ("Close window"), "window.close", "<Control>w" },
  { N_ ("Project"), N_ ("Preferences"), "app.preferences", "<Control>comma" },
  { N_ ("Project"), N_ ("Quit"), "app.quit", "<Control>q" },
  { N_ ("Training"), N_ ("Train or pause"), "win.train", "<Control>Return" },
  { N_ ("Training"), N_ ("Train one step"), "win.step", "<Control>period" },
  { N_ ("Training"), N_ ("Train one epoch"), "win.epoch", "<Control><Shift>Return" },
  { N_ ("Training"), N_ ("Reset weights"), "win.reset", NULL },
  { N_ ("Training"), N_ ("Freeze all but the last layer"), "win.freeze-body", NULL },
  { N_ ("Training"), N_ ("Unfreeze all layers"), "win.unfreeze", NULL },
  { N_ ("Training"), N_ ("Begin the last layer anew"), "win.new-head", NULL },
  { N_ ("Training"), N_ ("Learning rates that fall by depth, or not"), "win.rates-by-depth", NULL },
  { N_ ("Training"), N_ ("Shrink: take pruned units out"), "win.shrink", NULL },
  { N_ ("Training"), N_ ("Convert to spiking…"), "win.to-spiking", NULL },
  { N_ ("Training"), N_ ("Quantise to 8 bits"), "win.to-few-bits", NULL },
  { N_ ("Training"), N_ ("Branch from the step shown"), "win.branch", NULL },
  { N_ ("Training"), N_ ("Back to now"), "win.now", NULL },
  { N_ ("Training"), N_ ("Go back to before the numbers went wrong"), "win.go-back", NULL },
  { N_ ("Data"), N_ ("Browse samples"), "win.browse", "<Control>b" },
  { N_ ("Data"), N_ ("Learn from a file…"), "win.data-file", NULL },
  { N_ ("Data"), N_ ("Learn from a folder…"), "win.data-folder", NULL },
  { N_ ("Data"), N_ ("Draw a sign to look at"), "win.draw", "<Control><Shift>d" },
  { N_ ("Data"), N_ ("Look at a picture of one's own…"), "win.picture", NULL },
  { N_ ("Data"), N_ ("Paste a picture to look at"), "win.paste-picture", "<Control><Shift>v" },
  { N_ ("Data"), N_ ("Predict a folder of pictures into a CSV…"), "win.predict-folder", NULL },
  { N_ ("Data"), N_ ("Invert the picture of one's own"), "win.invert-picture", NULL },
  { N_ ("Data"), N_ ("Back to samples of the data"), "win.forget-picture", NULL },
  { N_ ("View"), N_ ("Command palette"), "win.commands", "<Control>k" },
  { N_ ("View"), N_ ("Help on what has the focus"), "win.help", "F1" },
  { N_ ("View"), N_ ("Keyboard shortcuts"), "win.shortcuts", "<Control>question" },
  { N_ ("View"), N_ ("Show or hide the palette"), "win.palette", "F9" },
  { N_ ("View"), N_ ("Show or hide the inspector"), "win.inspector", "F8" },
  { N_ ("View"), N_ ("Search parameters"), "win.search", "<Control>f" },
  { N_ ("View"), N_ ("Next pane"), "win.next-pane", "F6" },
  { N_ ("View"), N_ ("Zoom in"), "canvas.zoom-in", "<Control>plus" },
  { N_ ("View"), N_ ("Zoom out"), "canvas.zoom-out", "<Control>minus" },
  { N_ ("View"), N_ ("Show at 100 %"), "canvas.zoom-100", "<Control>0" },
  { N_ ("View"), N_ ("Show everything"), "canvas.fit", "Home" },
  { N_ ("View"), N_ ("Show the selection"), "canvas.selection", "period" },
  { N_ ("View"), N_ ("Export figure of view…"), "dock.publish", NULL },
  { N_ ("View"), N_ ("Add view to plate"), "dock.add-to-plate", NULL },
  { N_ ("View"), N_ ("Plate…"), "win.plate", "<Control><Shift>p" },
  { N_ ("View"), N_ ("Export view as SVG"), "dock.export::svg", NULL },
  { N_ ("View"), N_ ("Export view as PDF"), "dock.export::pdf", NULL },
  { N_ ("View"), N_ ("Export view as PNG"), "dock.export::png", NULL },
  { N_ ("View"), N_ ("Export numbers of view as CSV"), "dock.export::csv", NULL },
  { N_ ("View"), N_ ("Copy view"), "dock.copy", NULL },
  { N_ ("View"), N_ ("Zoom view in"), "dock.zoom::in", NULL },
  { N_ ("View"), N_ ("Zoom view out"), "dock.zoom::out", NULL },
  { N_ ("View"), N_ ("Show all of view"), "dock.zoom::all", NULL },
  { N_ ("View"), N_ ("Move view to other side"), "dock.beside", NULL },
  { N_ ("View"), N_ ("Open view in own window"), "dock.detach", NULL },
  { N_ ("View"), N_ ("Show curves"), "dock.show::curves", NULL },
  { N_ ("View"), N_ ("Show decision"), "dock.show::decision", NULL },
  { N_ ("View"), N_ ("Show activations"), "dock.show::activations", NULL },
  { N_ ("View"), N_ ("Show weights"), "dock.show::weights", NULL },
  { N_ ("View"), N_ ("Show histogram"), "dock.show::histogram", NULL },
  { N_ ("View"), N_ ("Show confusion"), "dock.show::confusion", NULL },
  { N_ ("View"), N_ ("Show spikes"), "dock.show::spikes", NULL },
  { N_ ("View"), N_ ("Show predictions"), "dock.show::predictions", NULL },
  { N_ ("View"), N_ ("Show ROC"), "dock.show::roc", NULL },
  { N_ ("View"), N_ ("Show precision and recall"), "dock.show::precision-recall", NULL },
  { N_ ("View"), N_ ("Show predicted against true"), "dock.show::scatter", NULL },
  { N_ ("View"), N_ ("Show embedding"), "dock.show::embedding", NULL },
  { N_ ("View"), N_ ("Show explanations"), "dock.show::explain", NULL },
  { N_ ("View"), N_ ("Show trust in explainers"), "dock.show::trust", NULL },
  { N_ ("View"), N_ ("Show similarity"), "dock.show::similarity", NULL },
  { N_ ("View"), N_ ("Show layers side by side"), "dock.show::layers", NULL },
  { N_ ("View"), N_ ("Show tuning"), "dock.show::tuning", NULL },
  { N_ ("View"), N_ ("Show concepts"), "dock.show::concepts", NULL },
  { N_ ("View"), N_ ("Show what units want"), "dock.show::ideal", NULL },
  { N_ ("View"), N_ ("Show written text"), "dock.show::text", NULL },
  { N_ ("View"), N_ ("Show attention"), "dock.show::attention", NULL },
  { N_ ("View"), N_ ("Show loss landscape"), "dock.show::landscape", NULL },
  { N_ ("View"), N_ ("Show alignment"), "dock.show::alignment", NULL },
  { N_ ("View"), N_ ("Show robustness"), "dock.show::robustness", NULL },
  { N_ ("View"), N_ ("Show pruning"), "dock.show::pruning", NULL },
  { N_ ("View"), N_ ("Show energy"), "dock.show::energy", NULL },
  { N_ ("View"), N_ ("Show balance of excitation and inhibition"), "dock.show::balance", NULL },
  { N_ ("View"), N_ ("Show forgetting"), "dock.show::forgetting", NULL },
  { N_ ("View"), N_ ("Show neuron bench"), "dock.show::neuron", NULL },
  { N_ ("View"), N_ ("Show problems"), "dock.show::problems", NULL },
  { N_ ("View"), N_ ("Show history"), "dock.show::history", NULL },
  { N_ ("Layers"), N_ ("Add layers"), "canvas.add", "slash" },
  { N_ ("Layers"), N_ ("Select all"), "canvas.select-all", "<Control>a" },
  { N_ ("Layers"), N_ ("Select none"), "canvas.deselect", "Escape" },
  { N_ ("Layers"), N_ ("Cut"), "canvas.cut", "<Control>x" },
  { N_ ("Layers"), N_ ("Copy"), "canvas.copy", "<Control>c" },
  { N_ ("Layers"), N_ ("Paste"), "canvas.paste", "<Control>v" },
  { N_ ("Layers"), N_ ("Duplicate"), "canvas.duplicate", "<Control>d" },
  { N_ ("Layers"), N_ ("Delete, and heal the wire"), "canvas.delete", "Delete" },
  { N_ ("Layers"), N_ ("Delete the chosen unit"), "win.delete-unit", "<Control><Shift>Delete" },
  { N_ ("Layers"), N_ ("Mute"), "canvas.mute", "m" },
  { N_ ("Layers"), N_ ("Freeze"), "canvas.freeze", "f" },
  { N_ ("Layers"), N_ ("Freeze it and all before it, and no other"), "canvas.freeze-up-to",
    "<Shift>f" },
  { N_ ("Layers"), N_ ("Lesion, or restore"), "canvas.lesion", "l" },
  { N_ ("Layers"), N_ ("Measure lesions of the selected layer"), "win.measure-lesions", NULL },
  { N_ ("Layers"), N_ ("Draw a wire"), "canvas.wire", "<Control>l" },
  { N_ ("Layers"), N_ ("Group into a block"), "canvas.group", "<Control>g" },
  { N_ ("Layers"), N_ ("Ungroup"), "canvas.ungroup", "<Control><Shift>g" },
  { N_ ("Layers"), N_ ("Go inside a block or up to a card"), "canvas.enter", "Return" },
  { N_ ("Layers"), N_ ("Look at the synapses"), "canvas.synapses", "s" },
  { N_ ("Layers"), N_ ("Go out"), "canvas.leave", "BackSpace" },
  { N_ ("Layers"), N_ ("Rename block"), "canvas.rename", "F2" },
  { N_ ("Layers"), N_ ("Save block to the palette"), "canvas.keep-block", NULL },
  { N_ ("Layers"), N_ ("Context menu"), "canvas.menu", "<Shift>F10" },
  { N_ ("Layers"), N_ ("Align to the left"), "canvas.align::left", NULL },
  { N_ ("Layers"), N_ ("Align at the top"), "canvas.align::top", NULL },
  { N_ ("Layers"), N_ ("Distribute across"), "canvas.align::across", NULL },
  { N_ ("Layers"), N_ ("Distribute down"), "canvas.align::down", NULL },
  { N_ ("Layers"), N_ ("Lay out everything"), "canvas.layout", "<Control><Shift>l" },
  { N_ ("Synapses"), N_ ("Tool: select"), "synapses.tool(0)", "1" },
  { N_ ("Synapses"), N_ ("Tool: drag weights"), "synapses.tool(1)", "2" },
  { N_ ("Synapses"), N_ ("Tool: prune"), "synapses.tool(2)", "3" },
  { N_ ("Synapses"), N_ ("Tool: regrow"), "synapses.tool(3)", "4" },
  { N_ ("Synapses"), N_ ("Tool: lesion"), "synapses.tool(4)", "5" },
  { N_ ("Synapses"), N_ ("Next unit"), "synapses.unit(1)", "Down" },
  { N_ ("Synapses"), N_ ("Other population"), "synapses.unit(2)", "Right" },
  { N_ ("Synapses"), N_ ("Lesion the unit, or let it grow again"), "synapses.lesion", "Delete" },
  { N_ ("Synapses"), N_ ("Dose and response of lesions"), "synapses.dose", NULL },
  { N_ ("Synapses"), N_ ("Show all units"), "synapses.fit", "Home" },
  { N_ ("Synapses"), N_ ("Return to the layers"), "synapses.leave", "BackSpace" },
};

void
cju_commands_set_keys (GtkApplication *application)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      const char *keys[] = { commands[i].key, NULL };

      if (commands[i].key != NULL
          && (g_str_has_prefix (commands[i].action, "app.")
              || g_str_has_prefix (commands[i].action, "win")))
        gtk_application_set_accels_for_action (application, commands[i].action, keys);
    }
}

GtkWidget *
cju_commands_new_shortcuts (GtkWindow *parent)
{
  GString *xml = g_string_new (
      "<interface><object class='GtkShortcutsWindow' id='window'><property name='modal'>1"
      "</property><child><object class='GtkShortcutsSection'><property name='max-height'>14"
      "</property>");
  g_autoptr (GtkBuilder) builder = NULL;
  g_autofree char *text = NULL;
  const char *section = NULL;
  GtkWidget *window;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *title = g_markup_escape_text (_ (commands[i].title), -1);
      g_autofree char *key
          = g_markup_escape_text (commands[i].key != NULL ? commands[i].key : "", -1);

      if (section == NULL || !g_str_equal (section, commands[i].section))
        g_string_append_printf (xml,
                                "%s<child><object class='GtkShortcutsGroup'>"
                                "<property name='title'>%s</property>",
                                section != NULL ? "</object></child>" : "",
                                _ (commands[i].section));
      section = commands[i].section;
      if (commands[i].key != NULL)
        g_string_append_printf (xml,
                                "<child><object class='GtkShortcutsShortcut'>"
                                "<property name='title'>%s</property>"
                                "<property name='accelerator'>%s</property></object></child>",
                                title, key);
    }
  g_string_append (xml, "</object></child></object></child></object></interface>");
  text = g_string_free (xml, FALSE);
  builder = gtk_builder_new_from_string (text, -1);
  window = GTK_WIDGET (gtk_builder_get_object (builder, "window"));
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  return window;
}

/* --- the command palette --- */

typedef struct
{
  GtkWidget *window, *search, *list;
  GPtrArray *targets;
} Palette;

static void
free_palette (gpointer data)
{
  Palette *palette = data;

  g_ptr_array_unref (palette->targets);
  g_free (palette);
}

static const Command *
get_command (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "command");
}

static gboolean
matches (GtkListBoxRow *row, gpointer data)
{
  const Palette *palette = data;
  g_autofree char *needle
      = g_utf8_casefold (gtk_editable_get_text (GTK_EDITABLE (palette->search)), -1);
  g_autofree char *title = g_utf8_casefold (_ (get_command (row)->title), -1);
  g_auto (GStrv) words = g_strsplit (needle, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (title, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

static void
run (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  Palette *palette = data;
  const char *action = get_command (row)->action;
  g_autoptr (GPtrArray) targets = g_ptr_array_ref (palette->targets);
  g_autofree char *name = NULL;
  GVariant *parameter = NULL;

  (void) list;
  if (!g_action_parse_detailed_name (action, &name, &parameter, NULL))
    return;
  gtk_window_destroy (GTK_WINDOW (palette->window));
  for (guint i = 0; i < targets->len; i++)
    if (gtk_widget_activate_action_variant (targets->pdata[i], name, parameter))
      break;
  g_clear_pointer (&parameter, g_variant_unref);
}

static GtkListBoxRow *
find_visible (Palette *palette, int from, int step)
{
  GtkListBoxRow *row;

  for (int i = from;
       (row = gtk_list_box_get_row_at_index (GTK_LIST_BOX (palette->list), i)) != NULL; i += step)
    if (gtk_widget_get_child_visible (GTK_WIDGET (row)))
      return row;
  return NULL;
}

static void
on_changed (Palette *palette)
{
  gtk_list_box_invalidate_filter (GTK_LIST_BOX (palette->list));
  gtk_list_box_select_row (GTK_LIST_BOX (palette->list), find_visible (palette, 0, 1));
}

static void
on_activate (Palette *palette)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (palette->list));

  if (row != NULL && !matches (row, palette)) /* typed faster than the list follows */
    on_changed (palette);
  row = gtk_list_box_get_selected_row (GTK_LIST_BOX (palette->list));

  if (row != NULL)
    run (GTK_LIST_BOX (palette->list), row, palette);
}

static gboolean
on_key (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state,
        gpointer data)
{
  Palette *palette = data;
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (palette->list));
  const int at = row != NULL ? gtk_list_box_row_get_index (row) : -1;
  const int step = key == GDK_KEY_Down ? 1 : -1;

  (void) controller;
  (void) code;
  (void) state;
  if (key == GDK_KEY_Escape)
    {
      gtk_window_destroy (GTK_WINDOW (palette->window));
      return TRUE;
    }
  if (key != GDK_KEY_Down && key != GDK_KEY_Up)
    return FALSE;
  row = find_visible (palette, at + step, step);
  if (row != NULL)
    gtk_list_box_select_row (GTK_LIST_BOX (palette->list), row);
  return TRUE;
}

static GtkWidget *
make_row (const Command *command)
{
  GtkWidget *row = gtk_list_box_row_new (), *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (_ (command->title));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_box_append (GTK_BOX (box), title);
  if (command->key != NULL)
    {
      guint key;
      GdkModifierType state;
      g_autofree char *text = NULL;
      GtkWidget *label;

      gtk_accelerator_parse (command->key, &key, &state);
      text = gtk_accelerator_get_label (key, state);
      label = gtk_label_new (text);
      gtk_widget_add_css_class (label, "dim-label");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  cju_access_name (row, _ (command->title));
  g_object_set_data (G_OBJECT (row), "command", (gpointer) command);
  return row;
}

void
cju_commands_present (GtkWindow *parent, GtkWidget *const *targets)
{
  Palette *palette = g_new0 (Palette, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6),
            *scroller = gtk_scrolled_window_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  palette->window = adw_window_new ();
  palette->search = gtk_search_entry_new ();
  palette->list = gtk_list_box_new ();
  palette->targets = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; targets[i] != NULL; i++)
    g_ptr_array_add (palette->targets, g_object_ref (targets[i]));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    gtk_list_box_append (GTK_LIST_BOX (palette->list), make_row (&commands[i]));
  gtk_list_box_set_filter_func (GTK_LIST_BOX (palette->list), matches, palette, NULL);
  gtk_widget_add_css_class (palette->list, "navigation-sidebar");
  g_object_set (palette->search, "placeholder-text", _ ("What would you like to do?"), NULL);
  cju_access_name (palette->search, _ ("Search commands"));
  cju_access_name (palette->list, _ ("Commands"));
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), palette->list);
  gtk_box_append (GTK_BOX (box), palette->search);
  gtk_box_append (GTK_BOX (box), scroller);
  gtk_widget_set_margin_top (palette->search, 8);
  gtk_widget_set_margin_start (palette->search, 8);
  gtk_widget_set_margin_end (palette->search, 8);
  adw_window_set_content (ADW_WINDOW (palette->window), box);
  gtk_window_set_title (GTK_WINDOW (palette->window), _ ("Commands"));
  gtk_window_set_modal (GTK_WINDOW (palette->window), TRUE);
  gtk_window_set_transient_for (GTK_WINDOW (palette->window), parent);
  gtk_window_set_default_size (GTK_WINDOW (palette->window), 460, 420);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (on_key), palette);
  gtk_widget_add_controller (palette->window, key);
  g_signal_connect_swapped (palette->search, "search-changed", G_CALLBACK (on_changed), palette);
  g_signal_connect_swapped (palette->search, "activate", G_CALLBACK (on_activate), palette);
  g_signal_connect (palette->list, "row-activated", G_CALLBACK (run), palette);
  g_object_set_data_full (G_OBJECT (palette->window), "palette", palette, free_palette);
  gtk_window_present (GTK_WINDOW (palette->window));
  on_changed (palette);
  gtk_widget_grab_focus (palette->search);
}
