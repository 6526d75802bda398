/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-plate.h"

#include "cj-error.h"
#include "cjl-figure-file.h"
#include "cjl-plate.h"
#include "cju-access.h"
#include "cju-help.h"
#include "cju-write.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>
#include <math.h>

#define MARGIN 24 /* px around the page in the preview */
#define SIDEBAR 360

#define CJU_TYPE_PLATE (cju_plate_get_type ())
G_DECLARE_FINAL_TYPE (CjuPlate, cju_plate, CJU, PLATE, AdwWindow)

/* The window. */
struct _CjuPlate
{
  AdwWindow parent;
  CjuDocument *document; /* NULL: of a picture */
  GVariant *source;      /* of that picture */
  CjvPlate *plate;
  gboolean kept; /* changes go to the project */
  gboolean data; /* numbers beside the picture */
  gboolean filling;
  guint kind;
  GtkWidget *toasts, *page, *preset, *width, *height, *dpi, *panels, *stack;
};

G_DEFINE_FINAL_TYPE (CjuPlate, cju_plate, ADW_TYPE_WINDOW)

static const char *const kinds[] = { "pdf", "svg", "png", "npz", "csv" };

static void fill_panels (CjuPlate *self);

/* --- the page --- */

/* px of the screen for a px of the plate. */
static double
get_zoom (CjuPlate *self, int width, int height)
{
  const double tall = cjv_plate_get_height (self->plate);

  return CLAMP (MIN ((width - 2 * MARGIN) / self->plate->width, (height - 2 * MARGIN) / tall), 0.05,
                2);
}

static void
draw_page (GtkDrawingArea *area, cairo_t *cr, int width, int height, gpointer data)
{
  CjuPlate *self = data;
  double zoom, tall;
  CjvPlate fine;

  (void) area;
  if (self->plate->panels->len == 0)
    return;
  zoom = get_zoom (self, width, height);
  tall = cjv_plate_get_height (self->plate);
  fine = *self->plate;
  fine.style.scale = MAX (zoom * gtk_widget_get_scale_factor (self->page), 1);
  cairo_translate (cr, (width - zoom * fine.width) / 2, (height - zoom * tall) / 2);
  cairo_scale (cr, zoom, zoom);
  for (int i = 4; i > 0; i--) /* the shadow of the sheet */
    {
      cairo_set_source_rgba (cr, 0, 0, 0, 0.06);
      cairo_rectangle (cr, -i / zoom, -i / zoom + 1, fine.width + 2 * i / zoom,
                       tall + 2 * i / zoom);
      cairo_fill (cr);
    }
  cjv_plate_draw (&fine, cr);
}

/* "174 × 120 mm, 3 figures" */
static void
tell_page (CjuPlate *self)
{
  const guint n = self->plate->panels->len;
  g_autofree char *words = n > 0 ? cjv_plate_print_words (self->plate) : g_strdup ("");

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->page), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Page as it will be"), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  words, -1);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "page" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "plate.export", n > 0);
}

/* Something of the plate is another now. */
static void
changed (CjuPlate *self)
{
  if (self->filling)
    return;
  if (self->kept)
    cjl_project_take_plate (cju_document_get_project (self->document),
                            self->plate->panels->len > 0 ? cjv_plate_dup (self->plate) : NULL);
  tell_page (self);
  gtk_widget_queue_draw (self->page);
}

/* --- rows --- */

static GtkWidget *
add_row (GtkWidget *group, const char *title, const char *subtitle, GtkWidget *control)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  if (subtitle != NULL)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), control);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  cju_access_name (control, title);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  return control;
}

static GtkWidget *
make_spin (double low, double high, double step, guint digits, double value)
{
  GtkWidget *spin = gtk_spin_button_new_with_range (low, high, step);

  gtk_spin_button_set_digits (GTK_SPIN_BUTTON (spin), digits);
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (spin), value);
  return spin;
}

/* The row of the list of columns whose width it is, 0: none. */
static guint
find_preset (double width)
{
  const CjlWidth *widths = cjl_widths ();

  for (guint i = 0; widths[i].id != NULL; i++)
    if (fabs (width - widths[i].mm * CJL_PX_PER_MM) < 0.05 * CJL_PX_PER_MM)
      return i + 1;
  return 0;
}

static void
on_width (GtkSpinButton *spin, gpointer data)
{
  CjuPlate *self = data;
  const double width = gtk_spin_button_get_value (spin) * CJL_PX_PER_MM;

  /* a number that was only rounded for the eye is no other one */
  if (self->filling || fabs (width - self->plate->width) < 0.05 * CJL_PX_PER_MM)
    return;
  self->plate->height *= width / self->plate->width;
  self->plate->width = width;
  gtk_drop_down_set_selected (GTK_DROP_DOWN (self->preset), find_preset (width));
  gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->height), self->plate->height / CJL_PX_PER_MM);
  changed (self);
}

/* 0: as tall as the figures need. */
static void
on_height (GtkSpinButton *spin, gpointer data)
{
  CjuPlate *self = data;
  const double height = gtk_spin_button_get_value (spin) * CJL_PX_PER_MM;

  if (self->filling || fabs (height - self->plate->height) < 0.05 * CJL_PX_PER_MM)
    return;
  self->plate->height = height;
  changed (self);
}

static void
on_preset (GObject *list, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;
  const guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (list));

  (void) pspec;
  if (i > 0)
    gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->width), cjl_widths ()[i - 1].mm);
}

static void
on_size (GtkSpinButton *spin, gpointer data)
{
  CjuPlate *self = data;

  const double points = gtk_spin_button_get_value (spin);

  if (fabs (points - self->plate->style.font_size / CJL_PX_PER_PT) < 0.05)
    return;
  cjl_style_set_points (&self->plate->style, points);
  changed (self);
}

static void
on_dpi (GtkSpinButton *spin, gpointer data)
{
  CjuPlate *self = data;

  const double dpi = gtk_spin_button_get_value (spin);

  if (fabs (dpi - self->plate->style.scale * CJV_DPI) < 0.5)
    return;
  self->plate->style.scale = dpi / CJV_DPI;
  changed (self);
}

static void
on_columns (GtkSpinButton *spin, gpointer data)
{
  CjuPlate *self = data;

  self->plate->columns = (guint) gtk_spin_button_get_value_as_int (spin);
  changed (self);
}

static void
on_letters (GObject *control, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;

  (void) pspec;
  self->plate->letters = gtk_switch_get_active (GTK_SWITCH (control));
  changed (self);
  fill_panels (self);
}

static void
on_data (GObject *control, GParamSpec *pspec, gpointer data)
{
  (void) pspec;
  CJU_PLATE (data)->data = gtk_switch_get_active (GTK_SWITCH (control));
}

static guint
get_look (const CjvStyle *style)
{
  return style->dark ? 1 : style->colors == CJV_COLORS_PRINT ? 2 : 0;
}

static void
on_look (GObject *list, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;

  (void) pspec;
  cjl_look_apply (cjl_looks[gtk_drop_down_get_selected (GTK_DROP_DOWN (list))], &self->plate->style,
                  NULL);
  changed (self);
}

static void
on_colors (GObject *list, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;

  (void) pspec;
  self->plate->style.colors = (CjvColors) gtk_drop_down_get_selected (GTK_DROP_DOWN (list));
  changed (self);
}

static void
on_kind (GObject *list, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;

  (void) pspec;
  self->kind = gtk_drop_down_get_selected (GTK_DROP_DOWN (list));
  gtk_widget_set_sensitive (self->dpi, g_str_equal (kinds[self->kind], "png"));
}

static GtkWidget *
make_choice (const char *const *words, guint chosen, GCallback done, CjuPlate *self)
{
  GtkWidget *list = gtk_drop_down_new_from_strings (words);

  gtk_drop_down_set_selected (GTK_DROP_DOWN (list), chosen);
  g_signal_connect (list, "notify::selected", done, self);
  return list;
}

static GtkWidget *
make_presets (CjuPlate *self)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new ();

  g_ptr_array_add (words, (gpointer) _ ("As below"));
  for (const CjlWidth *width = cjl_widths (); width->id != NULL; width++)
    g_ptr_array_add (words, (gpointer) _ (width->title));
  g_ptr_array_add (words, NULL);
  self->preset = make_choice ((const char *const *) words->pdata, find_preset (self->plate->width),
                              G_CALLBACK (on_preset), self);
  return self->preset;
}

static GtkWidget *
make_switch (gboolean on, GCallback done, CjuPlate *self)
{
  GtkWidget *control = gtk_switch_new ();

  gtk_switch_set_active (GTK_SWITCH (control), on);
  g_signal_connect (control, "notify::active", done, self);
  return control;
}

static GtkWidget *
make_group (GtkWidget *box, const char *title)
{
  GtkWidget *group = adw_preferences_group_new ();

  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  gtk_box_append (GTK_BOX (box), group);
  return group;
}

static void
add_page_rows (CjuPlate *self, GtkWidget *box)
{
  const char *const looks[]
      = { C_ ("style", "Light"), C_ ("style", "Dark"), C_ ("style", "Print"), NULL };
  const char *const colors[]
      = { C_ ("colours", "Preset"), C_ ("colours", "Print"), C_ ("colours", "Grey"), NULL };
  GtkWidget *group = make_group (box, _ ("Page"));
  const CjvStyle *style = &self->plate->style;
  GtkWidget *size = make_spin (3, 72, 0.5, 1, style->font_size / CJL_PX_PER_PT);

  self->width = make_spin (20, 1000, 1, 1, self->plate->width / CJL_PX_PER_MM);
  add_row (group, _ ("Column of a Journal"), NULL, make_presets (self));
  add_row (group, _ ("Width in mm"), NULL, self->width);
  self->height = make_spin (0, 1000, 1, 1, self->plate->height / CJL_PX_PER_MM);
  add_row (group, _ ("Height in mm"), _ ("0: as much as the figures need"), self->height);
  add_row (group, _ ("Text in Points"), NULL, size);
  add_row (group, _ ("Style"), _ ("Print: thin lines on white"),
           make_choice (looks, get_look (style), G_CALLBACK (on_look), self));
  add_row (group, _ ("Colours of Numbers"), _ ("Print and Grey are read in a grey copy as well"),
           make_choice (colors, style->colors, G_CALLBACK (on_colors), self));
  g_signal_connect (self->width, "value-changed", G_CALLBACK (on_width), self);
  g_signal_connect (self->height, "value-changed", G_CALLBACK (on_height), self);
  g_signal_connect (size, "value-changed", G_CALLBACK (on_size), self);
}

static void
add_file_rows (CjuPlate *self, GtkWidget *box)
{
  const char *const words[] = { "PDF", "SVG", "PNG", "NPZ", "CSV", NULL };
  GtkWidget *group = make_group (box, _ ("File"));

  self->dpi = make_spin (24, 2400, 1, 0, self->plate->style.scale * CJV_DPI);
  add_row (group, _ ("Kind"), NULL, make_choice (words, 0, G_CALLBACK (on_kind), self));
  add_row (group, _ ("Pixels an Inch"), NULL, self->dpi);
  add_row (group, _ ("Numbers Beside It"), _ ("As CSV and NPZ, in the same folder"),
           make_switch (FALSE, G_CALLBACK (on_data), self));
  gtk_widget_set_sensitive (self->dpi, FALSE);
  g_signal_connect (self->dpi, "value-changed", G_CALLBACK (on_dpi), self);
}

/* --- panels --- */

static guint
get_index (GtkWidget *widget)
{
  return GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (widget), "panel"));
}

static void
on_caption (GtkEditable *row, gpointer data)
{
  CjuPlate *self = data;
  CjvPanel *panel = self->plate->panels->pdata[get_index (GTK_WIDGET (row))];

  g_free (panel->caption);
  panel->caption = g_strdup (gtk_editable_get_text (row));
  changed (self);
}

static void
on_wide (GObject *button, GParamSpec *pspec, gpointer data)
{
  CjuPlate *self = data;
  CjvPanel *panel = self->plate->panels->pdata[get_index (GTK_WIDGET (button))];

  (void) pspec;
  panel->span
      = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)) ? CJV_PLATE_MAX_COLUMNS : 1;
  changed (self);
}

static void
on_up (GtkWidget *button, gpointer data)
{
  CjuPlate *self = data;
  const guint i = get_index (button);
  gpointer *panels = self->plate->panels->pdata;
  gpointer before = panels[i - 1];

  panels[i - 1] = panels[i];
  panels[i] = before;
  changed (self);
  fill_panels (self);
  gtk_widget_grab_focus (
      GTK_WIDGET (gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->panels), (int) i - 1)));
}

static void
on_remove (GtkWidget *button, gpointer data)
{
  CjuPlate *self = data;

  g_ptr_array_remove_index (self->plate->panels, get_index (button));
  changed (self);
  fill_panels (self);
}

static GtkWidget *
add_button (GtkWidget *row, GtkWidget *button, const char *icon, const char *words, guint i)
{
  gtk_button_set_icon_name (GTK_BUTTON (button), icon);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  cju_access_tip (button, words);
  cju_access_name (button, words);
  g_object_set_data (G_OBJECT (button), "panel", GUINT_TO_POINTER (i));
  adw_entry_row_add_suffix (ADW_ENTRY_ROW (row), button);
  return button;
}

/* Whether figures can be put in order, and taken out: on a page that is more than one of them. */
static gboolean
has_order (CjuPlate *self)
{
  return self->kept || self->plate->panels->len > 1;
}

/* "a · Curves", its caption to be typed, and what moves it. */
static GtkWidget *
make_panel (CjuPlate *self, guint i)
{
  const CjvPanel *panel = self->plate->panels->pdata[i];
  const char *letter = cjv_plate_get_letter (self->plate, i);
  g_autofree char *title
      = g_strdup_printf ("%s%s%s", letter, *letter != '\0' ? " · " : "", _ (panel->info->title));
  g_autofree char *name = g_strdup_printf (_ ("Caption of %s"), title);
  GtkWidget *row = adw_entry_row_new (), *wide, *up;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  gtk_editable_set_text (GTK_EDITABLE (row), panel->caption != NULL ? panel->caption : "");
  g_object_set_data (G_OBJECT (row), "panel", GUINT_TO_POINTER (i));
  cju_access_name_inside (row, GTK_TYPE_TEXT, name);
  g_signal_connect (row, "changed", G_CALLBACK (on_caption), self);
  if (!has_order (self))
    return row;
  wide = gtk_toggle_button_new ();
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (wide), panel->span > 1);
  add_button (row, wide, "view-fullscreen-symbolic", _ ("Over All Columns"), i);
  g_signal_connect (wide, "notify::active", G_CALLBACK (on_wide), self);
  up = add_button (row, gtk_button_new (), "go-up-symbolic", _ ("Move Up"), i);
  gtk_widget_set_sensitive (up, i > 0);
  g_signal_connect (up, "clicked", G_CALLBACK (on_up), self);
  g_signal_connect (add_button (row, gtk_button_new (), "user-trash-symbolic", _ ("Remove"), i),
                    "clicked", G_CALLBACK (on_remove), self);
  return row;
}

static void
fill_panels (CjuPlate *self)
{
  GtkWidget *row;

  self->filling = TRUE;
  while ((row = gtk_widget_get_first_child (self->panels)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->panels), row);
  for (guint i = 0; i < self->plate->panels->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (self->panels), make_panel (self, i));
  gtk_widget_set_visible (self->panels, self->plate->panels->len > 0);
  self->filling = FALSE;
}

static void
add_panel_rows (CjuPlate *self, GtkWidget *box)
{
  if (has_order (self))
    {
      GtkWidget *group = make_group (box, _ ("Figures"));
      GtkWidget *columns = make_spin (1, CJV_PLATE_MAX_COLUMNS, 1, 0, self->plate->columns);

      add_row (group, _ ("Columns"), NULL, columns);
      add_row (group, _ ("Letters"), NULL,
               make_switch (self->plate->letters, G_CALLBACK (on_letters), self));
      g_signal_connect (columns, "value-changed", G_CALLBACK (on_columns), self);
    }
  self->panels = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->panels), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->panels, "boxed-list");
  cju_access_name (self->panels, _ ("Figures"));
  gtk_box_append (GTK_BOX (box), self->panels);
  fill_panels (self);
}

/* --- files --- */

static void
tell (gpointer object, const char *text)
{
  AdwToast *toast = adw_toast_new (text);

  adw_toast_set_timeout (toast, 6);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (CJU_PLATE (object)->toasts), toast);
}

static void
on_written (gpointer object, const char *path, const char *error)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *text = cju_write_print (name);

  tell (object, error != NULL ? error : text);
}

static gboolean
write_plate (gpointer object, const char *path, GError **error)
{
  CjuPlate *self = object;
  CjuOrigin origin = { NULL };

  (void) error;
  if (self->document != NULL)
    origin = cju_origin_new (self->document);
  else if (self->source != NULL)
    origin.source = g_variant_ref (self->source);
  cju_figure_write (cjv_plate_dup (self->plate), origin, path, self->data, self, on_written);
  return FALSE;
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuPlate *self = CJU_PLATE (widget);
  const CjvPanel *first = self->plate->panels->pdata[0];
  g_autofree char *file = g_strdup_printf (
      "%s.%s", self->plate->panels->len > 1 ? "plate" : first->info->id, kinds[self->kind]);

  (void) name;
  (void) parameter;
  g_strdelimit (file, ":", '-'); /* of a plugin */
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (
      cju_write_new (_ ("Export figure"), file, GTK_WINDOW (self), self, write_plate, tell)));
}

/* --- the window --- */

static gboolean
on_query_tooltip (GtkWidget *page, int x, int y, gboolean keyboard, GtkTooltip *tooltip,
                  gpointer data)
{
  CjuPlate *self = data;
  const int width = gtk_widget_get_width (page), height = gtk_widget_get_height (page);
  double zoom;
  CjvHit hit;

  (void) keyboard;
  if (self->plate->panels->len == 0)
    return FALSE;
  zoom = get_zoom (self, width, height);
  if (!cjv_plate_hit (self->plate, (x - (width - zoom * self->plate->width) / 2) / zoom,
                      (y - (height - zoom * cjv_plate_get_height (self->plate)) / 2) / zoom, &hit))
    return FALSE;
  gtk_tooltip_set_text (tooltip, hit.text);
  cjv_hit_clear (&hit);
  return TRUE;
}

static void
cju_plate_dispose (GObject *object)
{
  CjuPlate *self = CJU_PLATE (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->source, g_variant_unref);
  G_OBJECT_CLASS (cju_plate_parent_class)->dispose (object);
}

static void
cju_plate_finalize (GObject *object)
{
  g_clear_pointer (&CJU_PLATE (object)->plate, cjv_plate_free);
  G_OBJECT_CLASS (cju_plate_parent_class)->finalize (object);
}

static void
cju_plate_class_init (CjuPlateClass *class)
{
  GtkWidgetClass *widget = GTK_WIDGET_CLASS (class);

  G_OBJECT_CLASS (class)->dispose = cju_plate_dispose;
  G_OBJECT_CLASS (class)->finalize = cju_plate_finalize;
  gtk_widget_class_install_action (widget, "plate.export", NULL, export_action);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_e, GDK_CONTROL_MASK, "plate.export", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_add_binding_action (widget, GDK_KEY_w, GDK_CONTROL_MASK, "window.close", NULL);
}

static void
cju_plate_init (CjuPlate *self)
{
  (void) self;
}

static GtkWidget *
make_page (CjuPlate *self)
{
  GtkWidget *empty = adw_status_page_new ();

  self->page = gtk_drawing_area_new ();
  self->stack = gtk_stack_new ();
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->page), draw_page, self, NULL);
  gtk_widget_set_has_tooltip (self->page, TRUE);
  g_signal_connect (self->page, "query-tooltip", G_CALLBACK (on_query_tooltip), self);
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (empty), "view-grid-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (empty), _ ("No Figures Yet"));
  adw_status_page_set_description (
      ADW_STATUS_PAGE (empty),
      _ ("“Add to Plate” in the menu of a view puts what it shows on this page."));
  gtk_stack_add_named (GTK_STACK (self->stack), self->page, "page");
  gtk_stack_add_named (GTK_STACK (self->stack), empty, "empty");
  gtk_widget_set_hexpand (self->stack, TRUE);
  gtk_widget_add_css_class (self->stack, "plate-ground");
  return self->stack;
}

static GtkWidget *
make_sidebar (CjuPlate *self, GtkWidget *notice)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  gtk_widget_add_css_class (box, "offer");
  if (notice != NULL)
    gtk_box_append (GTK_BOX (box), notice);
  add_panel_rows (self, box);
  add_page_rows (self, box);
  add_file_rows (self, box);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), box);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_widget_set_size_request (scrolled, SIDEBAR, -1);
  gtk_widget_set_hexpand (scrolled, FALSE); /* whatever stands in it */
  return scrolled;
}

/* Fills the window and shows it. `notice` may be NULL. */
static void
present (CjuPlate *self, GtkWindow *parent, const char *title, GtkWidget *notice)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *header = adw_header_bar_new ();
  GtkWidget *sides = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Export…"));

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "plate.export");
  gtk_widget_add_css_class (button, "suggested-action");
  cju_access_name_mnemonic (button, _ ("_Export…"));
  adw_header_bar_pack_end (ADW_HEADER_BAR (header), button);
  gtk_box_append (GTK_BOX (sides), make_page (self));
  gtk_box_append (GTK_BOX (sides), gtk_separator_new (GTK_ORIENTATION_VERTICAL));
  gtk_box_append (GTK_BOX (sides), make_sidebar (self, notice));
  gtk_widget_set_vexpand (sides, TRUE);
  self->toasts = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (self->toasts), sides);
  gtk_box_append (GTK_BOX (box), header);
  gtk_box_append (GTK_BOX (box), self->toasts);
  adw_window_set_content (ADW_WINDOW (self), box);
  cju_help_set_topic (GTK_WIDGET (self), "guide/publishing");
  gtk_window_set_title (GTK_WINDOW (self), title);
  gtk_window_set_default_size (GTK_WINDOW (self), 1080, 720);
  gtk_window_set_transient_for (GTK_WINDOW (self), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (self), TRUE);
  tell_page (self);
  gtk_window_present (GTK_WINDOW (self));
}

/* The plate that is kept with the project, or one without figures. */
static CjvPlate *
load_kept (CjuDocument *document)
{
  const CjvPlate *kept = cju_document_get_project (document)->plate;
  CjvPlate *plate;
  CjvStyle style;

  if (kept != NULL)
    return cjv_plate_dup (kept);
  cjv_style_init (&style, FALSE);
  cjl_style_set_points (&style, 7);
  style.scale = 300 / CJV_DPI;
  plate = cjv_plate_new (&style, 174 * CJL_PX_PER_MM, 0);
  plate->columns = 2;
  plate->letters = TRUE;
  return plate;
}

void
cju_plate_present (CjuDocument *document, GtkWindow *parent)
{
  CjuPlate *self = g_object_new (CJU_TYPE_PLATE, NULL);

  self->document = g_object_ref (document);
  self->plate = load_kept (document);
  self->kept = TRUE;
  present (self, parent, _ ("Plate"), NULL);
}

void
cju_plate_present_view (CjuView *view, GtkWindow *parent)
{
  CjvPlate *plate = cju_view_dup_plate (view);
  CjuPlate *self;

  if (plate == NULL)
    {
      cju_view_tell (view, _ ("The view is still empty. Export it when it shows something."));
      return;
    }
  self = g_object_new (CJU_TYPE_PLATE, NULL);
  self->document = g_object_ref (cju_view_get_document (view));
  self->plate = plate;
  present (self, parent, _ ("Export figure"), NULL);
}

void
cju_plate_add_view (CjuView *view)
{
  CjuDocument *document = cju_view_get_document (view);
  g_autoptr (CjvPlate) shown = cju_view_dup_plate (view);
  g_autoptr (CjvPlate) plate = load_kept (document);
  g_autofree char *text = NULL;

  if (shown == NULL)
    cju_view_tell (view, _ ("The view is still empty. Export it when it shows something."));
  else if (plate->panels->len >= CJV_PLATE_MAX)
    cju_view_tell (view, _ ("The plate is full. Take a figure out of it first."));
  if (shown == NULL || plate->panels->len >= CJV_PLATE_MAX)
    return;
  cjv_plate_move_panel (shown, 0, plate);
  text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "The plate has %u figure now",
                                       "The plate has %u figures now", plate->panels->len),
                          plate->panels->len);
  cjl_project_take_plate (cju_document_get_project (document), g_steal_pointer (&plate));
  cju_view_tell (view, text);
}

void
cju_plate_present_loaded (GtkWindow *parent, CjvPlate *plate, GVariant *source, GtkWidget *notice)
{
  CjuPlate *self = g_object_new (CJU_TYPE_PLATE, NULL);

  self->plate = plate;
  self->source = source;
  present (self, parent, _ ("Figure"), notice);
}
