/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-window-private.h"

#include "cju-access.h"
#include "cju-canvas.h"
#include "cju-commands.h"
#include "cju-data.h"
#include "cju-dock.h"
#include "cju-export.h"
#include "cju-figure-open.h"
#include "cju-help.h"
#include "cju-inspector.h"
#include "cju-intake.h"
#include "cju-memory.h"
#include "cju-minimap.h"
#include "cju-own.h"
#include "cju-pad.h"
#include "cju-palette.h"
#include "cju-patience.h"
#include "cju-pill.h"
#include "cju-recent.h"
#include "cju-samples.h"
#include "cju-scrubber.h"
#include "cju-settings.h"
#include "cju-start-page.h"
#include "cju-transfer.h"
#include "cju-trouble.h"
#include "cju-trail.h"
#include "cju-view-state.h"
#include "cju-vigil.h"

#include <glib/gi18n-lib.h>
#include <math.h>

G_DEFINE_FINAL_TYPE (CjuWindow, cju_window, ADW_TYPE_APPLICATION_WINDOW)

void
cju_window_tell (CjuWindow *self, const char *text)
{
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), adw_toast_new (text));
}

/* What was done, in as many lines as it takes, and how to take it back. */
static void
on_notice (CjuDocument *document, const char *text, gboolean undoable, gpointer data)
{
  CjuWindow *self = data;
  AdwToast *toast = cju_trouble_new_toast (text);

  (void) document;
  adw_toast_set_timeout (toast, 10);
  if (undoable)
    {
      adw_toast_set_button_label (toast, _ ("Undo"));
      adw_toast_set_action_name (toast, "win.undo");
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (self->toasts), toast);
}

/* Other data are read, or no longer. */
static void
on_reading (CjuDocument *document, const char *name, gpointer data)
{
  CjuWindow *self = data;
  g_autofree char *text = name != NULL ? g_strdup_printf (_ ("Reading “%s”…"), name) : NULL;

  (void) document;
  g_clear_pointer (&self->reading, cju_patience_free);
  if (text != NULL)
    self->reading
        = cju_patience_new (ADW_TOAST_OVERLAY (self->toasts), text, "win.cancel-reading", NULL);
}

static void
cancel_reading (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);

  (void) name;
  (void) parameter;
  if (self->document != NULL)
    cju_data_cancel (self->document);
}

static void
on_message (GtkWidget *canvas, const char *text, gpointer data)
{
  (void) canvas;
  cju_window_tell (data, text);
}

static void
on_add (GtkWidget *palette, const char *id, gpointer data)
{
  CjuWindow *self = data;

  (void) palette;
  cju_canvas_add (CJU_CANVAS (self->canvas), id);
}

static void
update_train (CjuWindow *self)
{
  const CjRunState state = cju_document_get_state (self->document);
  const gboolean training = state.status == CJ_RUN_TRAINING;
  GtkWidget *content = gtk_button_get_child (GTK_BUTTON (self->train));

  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), training ? _ ("Pause") : _ ("Train"));
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content),
                                    training ? "media-playback-pause-symbolic"
                                             : "media-playback-start-symbolic");
  cju_access_name (self->train, training ? _ ("Pause") : _ ("Train"));
}

static void
on_edited (CjuWindow *self)
{
  CjlProject *project = cju_document_get_project (self->document);
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  const char *undo = cjl_project_get_undo_title (project);
  const char *redo = cjl_project_get_redo_title (project);
  g_autofree char *undo_tip = g_strdup_printf (_ ("Undo %s"), undo != NULL ? undo : "");
  g_autofree char *redo_tip = g_strdup_printf (_ ("Redo %s"), redo != NULL ? redo : "");
  g_autoptr (GString) subtitle
      = g_string_new (cjl_project_get_read_only (project) != NULL ? _ ("Read only")
                      : cjl_project_is_modified (project)         ? _ ("Not saved")
                                                                  : _ ("Saved"));
  gint64 parameters = 0, macs = 0;

  for (guint i = 0; lowered != NULL && i < lowered->builder->values->len; i++)
    {
      const CjValue *v = cj_builder_get_value (lowered->builder, (int) i);

      parameters += v->kind == CJ_VALUE_PARAM ? cj_shape_size (&v->shape) : 0;
    }
  for (guint i = 0; lowered != NULL && i < lowered->n_nodes; i++)
    macs += lowered->nodes[i].macs;
  if (lowered != NULL && macs < 100000)
    g_string_append_printf (subtitle, _ (" · %'lld parameters · %'lld multiply–adds a sample"),
                            (long long) parameters, (long long) macs);
  else if (lowered != NULL)
    g_string_append_printf (subtitle, _ (" · %'lld parameters · %.*f M multiply–adds a sample"),
                            (long long) parameters, macs < 10000000 ? 2 : 0, (double) macs / 1e6);
  else
    g_string_append (subtitle, _ (" · loading data…"));
  adw_window_title_set_title (ADW_WINDOW_TITLE (self->title), project->title);
  adw_window_title_set_subtitle (ADW_WINDOW_TITLE (self->title), subtitle->str);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", undo != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.redo", redo != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.go-back",
                                 cju_document_get_failure (self->document) != NULL);
  cju_access_tip (self->undo, undo_tip);
  cju_access_tip (self->redo, redo_tip);
}

static void
on_tick (CjuWindow *self)
{
  const CjRunStatus status = cju_document_get_state (self->document).status;

  update_train (self);
  if (status != self->status) /* undo means something else while training */
    on_edited (self);
  self->status = status;
}

static void
on_loaded (CjuWindow *self)
{
  const char *trouble = cju_document_get_trouble (self->document);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.train",
                                 cju_document_get_dataset (self->document) != NULL);
  if (trouble != NULL)
    cju_window_tell (self, trouble);
}

static GtkWidget *
make_dock (CjuWindow *self)
{
  GtkWidget *dock = cju_dock_new (self->document);

  g_signal_connect (dock, "message", G_CALLBACK (on_message), self);
  gtk_widget_set_size_request (dock, -1, 230);
  self->dock = dock;
  cju_access_name (dock, _ ("Views"));
  return dock;
}

/* What is wrong, above palette | canvas, samples, dock | inspector. */
static GtkWidget *
make_lab (CjuWindow *self)
{
  GtkWidget *outer = adw_flap_new (), *inner = adw_flap_new ();
  GtkWidget *palette = cju_palette_new (), *inspector = cju_inspector_new (self->document);
  GtkWidget *paned = gtk_paned_new (GTK_ORIENTATION_VERTICAL);
  GtkWidget *middle = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bottom = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_size_request (palette, 200, -1);
  gtk_widget_set_size_request (inspector, 300, -1);
  self->palette = palette;
  self->inspector = inspector;
  cju_access_name (inspector, _ ("Inspector"));
  cju_access_name (palette, _ ("Layers"));
  g_signal_connect (palette, "add", G_CALLBACK (on_add), self);
  gtk_box_append (GTK_BOX (middle), cju_window_make_stage (self));
  gtk_box_append (GTK_BOX (middle), cju_samples_new (self->document));
  cju_help_set_topic (gtk_widget_get_last_child (middle), "guide/samples");
  gtk_paned_set_start_child (GTK_PANED (paned), middle);
  gtk_box_append (GTK_BOX (bottom), make_dock (self));
  gtk_widget_set_vexpand (self->dock, TRUE);
  gtk_box_append (GTK_BOX (bottom), cju_scrubber_new (self->document));
  gtk_paned_set_end_child (GTK_PANED (paned), bottom);
  gtk_paned_set_resize_end_child (GTK_PANED (paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (paned), FALSE);
  adw_flap_set_flap (ADW_FLAP (inner), inspector);
  adw_flap_set_flap_position (ADW_FLAP (inner), GTK_PACK_END);
  adw_flap_set_separator (ADW_FLAP (inner), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_content (ADW_FLAP (inner), paned);
  adw_flap_set_flap (ADW_FLAP (outer), palette);
  adw_flap_set_separator (ADW_FLAP (outer), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  adw_flap_set_content (ADW_FLAP (outer), inner);
  self->palette_flap = outer;
  self->inspector_flap = inner;
  gtk_widget_set_vexpand (outer, TRUE);
  gtk_box_append (GTK_BOX (all),
                  cju_trouble_new (self->document, ADW_TOAST_OVERLAY (self->toasts)));
  gtk_box_append (GTK_BOX (all), outer);
  return all;
}

static void
close_document (CjuWindow *self)
{
  cju_intake_close (self);
  if (self->document != NULL)
    cju_data_cancel (self->document);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  if (self->lab != NULL)
    gtk_stack_remove (GTK_STACK (self->stack), self->lab);
  self->lab = NULL;
  g_clear_object (&self->document);
}

static const char *const document_actions[]
    = { "win.train",        "win.step",          "win.epoch",       "win.reset",
        "win.branch",       "win.now",           "win.save",        "win.save-as",
        "win.undo",         "win.redo",          "win.export",      "win.measure-lesions",
        "win.export-view",  "win.delete-unit",   "win.go-back",     "win.plate",
        "win.publish-view", "win.add-to-plate",  "win.shrink",      "win.to-spiking",
        "win.to-few-bits",  "win.load-weights",  "win.freeze-body", "win.unfreeze",
        "win.new-head",     "win.rates-by-depth" };

void
cju_window_show_project (CjuWindow *self, CjlProject *project)
{
  close_document (self);
  self->document = cju_document_new (project);
  if (self->train_when_opened)
    cju_document_train (self->document, G_MAXUINT64);
  self->train_when_opened = FALSE;
  self->lab = make_lab (self);
  gtk_stack_add_named (GTK_STACK (self->stack), self->lab, "lab");
  gtk_stack_set_visible_child (GTK_STACK (self->stack), self->lab);
  g_signal_connect_swapped (self->document, "ticked", G_CALLBACK (on_tick), self);
  g_signal_connect_swapped (self->document, "edited", G_CALLBACK (on_edited), self);
  g_signal_connect_swapped (self->document, "loaded", G_CALLBACK (on_loaded), self);
  g_signal_connect (self->document, "notice", G_CALLBACK (on_notice), self);
  g_signal_connect (self->document, "reading", G_CALLBACK (on_reading), self);
  adw_bin_set_child (ADW_BIN (self->data_slot), cju_data_button_new (self->document));
  for (guint i = 0; i < G_N_ELEMENTS (document_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), document_actions[i], TRUE);
  cju_window_follow_file (self);
  gtk_widget_set_visible (self->start_buttons, FALSE);
  for (guint i = 0; i < self->lab_buttons->len; i++)
    gtk_widget_set_visible (self->lab_buttons->pdata[i], TRUE);
  cju_window_arrange (self);
  cju_vigil_keep (GTK_WINDOW (self), self->document);
  on_edited (self);
  if (self->state_when_opened != NULL)
    cju_figure_open_apply (self->document, self->dock, self->state_when_opened);
  g_clear_pointer (&self->state_when_opened, g_variant_unref);
  gtk_widget_grab_focus (self->canvas);
}

CjuDocument *
cju_window_get_document (CjuWindow *self)
{
  return self->document;
}

void
cju_window_offer (CjuWindow *self, const char *path)
{
  cju_start_page_offer (CJU_START_PAGE (self->start), path);
}

gboolean
cju_window_has_project (CjuWindow *self)
{
  return self->document != NULL;
}

void
cju_window_train (CjuWindow *self)
{
  if (self->document != NULL)
    cju_document_train (self->document, G_MAXUINT64);
  else
    self->train_when_opened = TRUE;
}

static void
on_chosen (GtkWidget *page, const char *id, gpointer data)
{
  (void) page;
  cju_window_open_template (data, id);
}

static void
branch (CjuWindow *self)
{
  g_autoptr (GError) error = NULL;

  if (!cju_document_branch (self->document, &error) && error != NULL)
    cju_window_tell (self, error->message);
}

/* To train while the network as it is drawn cannot be: that would train the one before. */
static gboolean
wants_what_is_not_drawn (CjuWindow *self, const char *name)
{
  static const char *const starts[] = { "win.train", "win.step", "win.epoch", NULL };

  return cju_document_get_trouble (self->document) != NULL && g_strv_contains (starts, name)
         && cju_document_get_state (self->document).status != CJ_RUN_TRAINING;
}

static void
run_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  CjlProject *project = cju_document_get_project (self->document);

  (void) parameter;
  if (g_str_equal (name, "win.undo"))
    cjl_project_undo (project);
  else if (g_str_equal (name, "win.redo"))
    cjl_project_redo (project);
  else if (cju_document_get_session (self->document) == NULL && g_str_equal (name, "win.train")
           && cju_document_get_trouble (self->document) == NULL)
    {
      cju_document_train (self->document, G_MAXUINT64);
      cju_window_tell (self, _ ("Training begins as soon as the data are loaded."));
    }
  else if (cju_document_get_session (self->document) == NULL
           || wants_what_is_not_drawn (self, name))
    cju_window_tell (self, cju_document_get_trouble (self->document) != NULL
                               ? cju_document_get_trouble (self->document)
                               : _ ("The data is still loading."));
  else if (g_str_equal (name, "win.step"))
    cju_document_train (self->document, 1);
  else if (g_str_equal (name, "win.epoch"))
    cju_document_train (self->document, cju_document_get_state (self->document).steps_per_epoch);
  else if (g_str_equal (name, "win.reset"))
    cju_document_reset (self->document);
  else if (g_str_equal (name, "win.now"))
    cju_document_seek (self->document, cju_document_get_state (self->document).last);
  else if (g_str_equal (name, "win.branch"))
    branch (self);
  else if (g_str_equal (name, "win.go-back"))
    cju_document_mend (self->document, cju_document_get_failure (self->document));
  else if (g_str_equal (name, "win.delete-unit"))
    cju_document_delete_unit (self->document);
  else if (cju_document_get_state (self->document).status == CJ_RUN_TRAINING)
    cju_document_pause (self->document);
  else
    cju_document_train (self->document, G_MAXUINT64);
}

/* The Robustness view, of the selected layer, with the curve under way. */
static void
measure_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  g_autoptr (GVariant) controls = NULL;
  GVariantDict dict;
  CjuView *view;

  (void) name;
  (void) parameter;
  if (cju_document_get_session (self->document) == NULL)
    {
      cju_window_tell (self, _ ("The data is still loading."));
      return;
    }
  cju_dock_show (CJU_DOCK (self->dock), "robustness");
  view = cju_dock_find_view (CJU_DOCK (self->dock), "robustness");
  if (view == NULL)
    return;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "what", "s", "unit-loss");
  g_variant_dict_insert (&dict, "where", "s", "selected");
  g_variant_dict_insert (&dict, "train", "d", 0.0);
  controls = g_variant_ref_sink (g_variant_dict_end (&dict));
  cju_view_load_controls (view, controls);
}

static void
pane_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  AdwFlap *flap;

  (void) parameter;
  if (self->lab == NULL)
    return;
  flap = ADW_FLAP (g_str_equal (name, "win.palette") ? self->palette_flap : self->inspector_flap);
  adw_flap_set_reveal_flap (flap, !adw_flap_get_reveal_flap (flap));
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);

  (void) name;
  (void) parameter;
  if (self->lab == NULL)
    return;
  adw_flap_set_reveal_flap (ADW_FLAP (self->inspector_flap), TRUE);
  cju_inspector_search (CJU_INSPECTOR (self->inspector));
}

static void
draw_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);

  (void) name;
  (void) parameter;
  if (self->lab == NULL)
    return;
  if (cju_own_is_possible (self->document))
    gtk_widget_set_visible (self->pad, !gtk_widget_get_visible (self->pad));
  else
    cju_window_tell (
        self, _ ("One can draw for networks that look at pictures. Choose data of pictures."));
}

static void
commands_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  GtkWidget *const all[] = { self->canvas, self->synapses, self->dock, NULL }, *const none[]
                                                                               = { widget, NULL };

  (void) parameter;
  if (g_str_equal (name, "win.commands"))
    cju_commands_present (GTK_WINDOW (self), self->lab != NULL ? all : none);
  else
    gtk_window_present (GTK_WINDOW (cju_commands_new_shortcuts (GTK_WINDOW (self))));
}

/* F1: the page of what has the focus, else of the selected layer, else of the window. */
static void
help_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  const CjNode *node = self->document != NULL ? cju_document_get_selected (self->document) : NULL;
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (widget));
  const char *topic = cju_help_find_topic (focus);
  g_autofree char *layer = node != NULL ? g_strconcat ("layer/", node->layer->id, NULL) : NULL;

  (void) name;
  (void) parameter;
  if (layer != NULL && (topic == NULL || focus == self->canvas))
    topic = layer;
  cju_help_present (gtk_window_get_application (GTK_WINDOW (self)), topic);
}

/* F6: palette, canvas, dock, inspector, and round again. */
static void
pane_focus_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuWindow *self = CJU_WINDOW (widget);
  GtkWidget *const panes[] = { self->palette, self->canvas, self->dock, self->inspector };
  GtkWidget *focus = gtk_root_get_focus (GTK_ROOT (widget));
  guint at = 0;

  (void) name;
  (void) parameter;
  if (self->lab == NULL)
    return;
  while (at < G_N_ELEMENTS (panes) && (focus == NULL || !gtk_widget_is_ancestor (focus, panes[at]))
         && focus != panes[at])
    at++;
  for (guint i = 1; i <= G_N_ELEMENTS (panes); i++)
    {
      GtkWidget *pane = panes[(at + i) % G_N_ELEMENTS (panes)];

      if (gtk_widget_get_mapped (pane) && gtk_widget_child_focus (pane, GTK_DIR_TAB_FORWARD))
        return;
    }
}

static gboolean
cju_window_close_request (GtkWindow *window)
{
  if (!cju_window_may_close (CJU_WINDOW (window)))
    return TRUE;
  cju_settings_keep_size (window);
  return GTK_WINDOW_CLASS (cju_window_parent_class)->close_request (window);
}

static void
cju_window_dispose (GObject *object)
{
  CjuWindow *self = CJU_WINDOW (object);

  cju_window_end_files (self);
  cju_window_end_making (self);
  if (self->document != NULL)
    cju_data_cancel (self->document);
  if (self->document != NULL)
    g_signal_handlers_disconnect_by_data (self->document, self);
  g_clear_object (&self->document);
  cju_memory_trim ();
  g_clear_pointer (&self->lab_buttons, g_ptr_array_unref);
  g_clear_pointer (&self->spare_buttons, g_ptr_array_unref);
  g_clear_pointer (&self->state_when_opened, g_variant_unref);
  G_OBJECT_CLASS (cju_window_parent_class)->dispose (object);
}

static void
cju_window_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (cju_window_parent_class)->size_allocate (widget, width, height, baseline);
  cju_window_fit (CJU_WINDOW (widget), width);
}

static void
cju_window_class_init (CjuWindowClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_window_dispose;
  GTK_WINDOW_CLASS (class)->close_request = cju_window_close_request;
  widget->size_allocate = cju_window_size_allocate;
  gtk_widget_class_install_action (widget, "win.train", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.step", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.epoch", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.reset", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.branch", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.now", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.go-back", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.delete-unit", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.measure-lesions", NULL, measure_action);
  gtk_widget_class_install_action (widget, "win.undo", NULL, run_action);
  gtk_widget_class_install_action (widget, "win.redo", NULL, run_action);
  cju_window_install_file_actions (widget);
  cju_window_install_make_actions (widget);
  cju_intake_install (widget);
  cju_export_install (widget);
  cju_transfer_install (widget);
  gtk_widget_class_install_action (widget, "win.cancel-reading", NULL, cancel_reading);
  gtk_widget_class_install_action (widget, "win.draw", NULL, draw_action);
  gtk_widget_class_install_action (widget, "win.palette", NULL, pane_action);
  gtk_widget_class_install_action (widget, "win.inspector", NULL, pane_action);
  gtk_widget_class_install_action (widget, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget, "win.next-pane", NULL, pane_focus_action);
  gtk_widget_class_install_action (widget, "win.help", NULL, help_action);
  gtk_widget_class_install_action (widget, "win.commands", NULL, commands_action);
  gtk_widget_class_install_action (widget, "win.shortcuts", NULL, commands_action);
}

static GtkWidget *
make_button (const char *icon, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  cju_access_tip (button, tip);
  cju_access_name (button, tip);
  return button;
}

static GtkWidget *
make_menu (void)
{
  GtkWidget *button = gtk_menu_button_new ();
  g_autoptr (GMenu) menu = g_menu_new (), file = g_menu_new (), run = g_menu_new (),
                    made = g_menu_new (), rest = g_menu_new ();
  g_autoptr (GMenuModel) recent = cju_recent_new_menu (), transfer = cju_transfer_make_menu ();

  g_menu_append (file, _ ("_New Window"), "app.new-window");
  g_menu_append (file, _ ("New _Empty Canvas"), "win.empty");
  g_menu_append (file, _ ("_Open…"), "win.open");
  g_menu_append_submenu (file, _ ("Open _Recent"), recent);
  g_menu_append (file, _ ("_Save"), "win.save");
  g_menu_append (file, _ ("Save _As…"), "win.save-as");
  g_menu_append (run, _ ("Train One _Step"), "win.step");
  g_menu_append (run, _ ("Train One _Epoch"), "win.epoch");
  g_menu_append (run, _ ("_Reset Weights"), "win.reset");
  g_menu_append (run, _ ("_Load Weights…"), "win.load-weights");
  g_menu_append (run, _ ("_Predict a Folder of Pictures…"), "win.predict-folder");
  g_menu_append_submenu (made, _ ("_Transfer"), transfer);
  g_menu_append (made, _ ("S_hrink"), "win.shrink");
  g_menu_append (made, _ ("Convert to Sp_iking…"), "win.to-spiking");
  g_menu_append (made, _ ("_Quantise to 8 Bits"), "win.to-few-bits");
  g_menu_append (rest, _ ("_Commands…"), "win.commands");
  g_menu_append (rest, _ ("_Preferences"), "app.preferences");
  g_menu_append (rest, _ ("_Keyboard Shortcuts"), "win.shortcuts");
  g_menu_append (rest, _ ("_Help"), "win.help");
  g_menu_append (rest, _ ("_About Cajal"), "app.about");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (file));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (run));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (made));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  gtk_menu_button_set_icon_name (GTK_MENU_BUTTON (button), "open-menu-symbolic");
  gtk_menu_button_set_menu_model (GTK_MENU_BUTTON (button), G_MENU_MODEL (menu));
  gtk_menu_button_set_primary (GTK_MENU_BUTTON (button), TRUE);
  cju_access_tip (button, _ ("Main menu"));
  cju_access_name (button, _ ("Main menu"));
  return button;
}

static void
pack (CjuWindow *self, AdwHeaderBar *bar, gboolean start, GtkWidget *button)
{
  if (start)
    adw_header_bar_pack_start (bar, button);
  else
    adw_header_bar_pack_end (bar, button);
  gtk_widget_set_visible (button, FALSE);
  g_ptr_array_add (self->lab_buttons, button);
}

static GtkWidget *
make_worded (const char *label, const char *action, const char *tip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  cju_access_tip (button, tip);
  return button;
}

static GtkWidget *
make_header (CjuWindow *self)
{
  GtkWidget *header = adw_header_bar_new (), *content = adw_button_content_new ();
  AdwHeaderBar *bar = ADW_HEADER_BAR (header);

  self->undo = make_button ("edit-undo-symbolic", "win.undo", _ ("Undo"));
  self->redo = make_button ("edit-redo-symbolic", "win.redo", _ ("Redo"));
  self->train = gtk_button_new ();
  gtk_button_set_child (GTK_BUTTON (self->train), content);
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), _ ("Train"));
  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), "media-playback-start-symbolic");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->train), "win.train");
  gtk_widget_add_css_class (self->train, "suggested-action");
  cju_access_tip (self->train, _ ("Train or pause (Ctrl+Return)"));
  self->title = adw_window_title_new ("Cajal", NULL);
  adw_header_bar_set_title_widget (bar, self->title);
  self->start_buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  gtk_box_append (GTK_BOX (self->start_buttons),
                  make_worded (_ ("Open…"), "win.open", _ ("Open a project (Ctrl+O)")));
  gtk_box_append (GTK_BOX (self->start_buttons),
                  make_worded (_ ("Empty Canvas"), "win.empty",
                               _ ("Begin with nothing but data (Ctrl+Shift+N)")));
  adw_header_bar_pack_start (bar, self->start_buttons);
  pack (self, bar, TRUE,
        make_button ("sidebar-show-symbolic", "win.palette", _ ("Show palette (F9)")));
  pack (self, bar, TRUE, self->undo);
  pack (self, bar, TRUE, self->redo);
  self->data_slot = adw_bin_new ();
  pack (self, bar, TRUE, self->data_slot);
  adw_header_bar_pack_end (bar, make_menu ());
  pack (self, bar, FALSE,
        make_button ("sidebar-show-right-symbolic", "win.inspector", _ ("Show inspector (F8)")));
  pack (self, bar, FALSE, cju_export_button_new ());
  pack (self, bar, FALSE, self->train);
  pack (self, bar, FALSE,
        make_button ("media-seek-forward-symbolic", "win.epoch",
                     _ ("Train one epoch (Ctrl+Shift+Return)")));
  pack (self, bar, FALSE,
        make_button ("media-skip-forward-symbolic", "win.step", _ ("Train one step (Ctrl+.)")));
  pack (self, bar, FALSE, make_button ("view-refresh-symbolic", "win.reset", _ ("Reset weights")));
  for (guint i = self->lab_buttons->len - 3; i < self->lab_buttons->len; i++)
    g_ptr_array_add (self->spare_buttons, self->lab_buttons->pdata[i]);
  return header;
}

static void
cju_window_init (CjuWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *start = cju_start_page_new ();

  self->start = start;
  self->lab_buttons = g_ptr_array_new ();
  self->spare_buttons = g_ptr_array_new ();
  self->toasts = adw_toast_overlay_new ();
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), start, "start");
  g_signal_connect (start, "chosen", G_CALLBACK (on_chosen), self);
  g_signal_connect_swapped (start, "made", G_CALLBACK (cju_window_open), self);
  gtk_widget_set_vexpand (self->stack, TRUE);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), self->stack);
  gtk_box_append (GTK_BOX (box), make_header (self));
  gtk_box_append (GTK_BOX (box), self->toasts);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (self), box);
  cju_settings_give_size (GTK_WINDOW (self));
  cju_help_set_topic (start, "guide/first-steps");
  for (guint i = 0; i < G_N_ELEMENTS (document_actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), document_actions[i], FALSE);
  cju_intake_watch (self);
  g_signal_connect (self, "notify::is-active", G_CALLBACK (cju_window_check_file), NULL);
}

GtkWidget *
cju_window_new (GtkApplication *application)
{
  return g_object_new (CJU_TYPE_WINDOW, "application", application, "title", "Cajal", NULL);
}
