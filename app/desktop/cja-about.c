/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cja-about.h"

#include "cj-isa.h"
#include "cju-settings.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

/* Not translated: it goes to who mends. You free. */
static char *
print_debug (GtkWindow *parent)
{
  GskRenderer *renderer = parent != NULL ? gtk_native_get_renderer (GTK_NATIVE (parent)) : NULL;

  return g_strdup_printf (
      "Cajal %s\nGTK %u.%u.%u, libadwaita %u.%u.%u, GLib %u.%u.%u\nrenderer: %s\n"
      "processor: %u threads, kernels for %s\nsettings: %s\nlanguage: %s\n",
      CAJAL_VERSION, gtk_get_major_version (), gtk_get_minor_version (), gtk_get_micro_version (),
      adw_get_major_version (), adw_get_minor_version (), adw_get_micro_version (),
      glib_major_version, glib_minor_version, glib_micro_version,
      renderer != NULL ? G_OBJECT_TYPE_NAME (renderer) : "none", g_get_num_processors (),
      cj_isa_get_name (cj_isa_get ()), cju_settings_get () != NULL ? "schema found" : "no schema",
      g_get_language_names ()[0]);
}

void
cja_about_present (GtkWindow *parent)
{
  static const char *const people[] = { "The Cajal team", NULL };
  static const char *const thanks[] = { "Santiago Ramón y Cajal",
                                        "Camillo Golgi",
                                        "GTK",
                                        "libadwaita",
                                        "cairo",
                                        "libarchive",
                                        "SQLite",
                                        "JSON-GLib",
                                        NULL };
  g_autofree char *debug = print_debug (parent);
  GtkWidget *window = adw_about_window_new ();
  AdwAboutWindow *about = ADW_ABOUT_WINDOW (window);

  g_object_set (
      about, "application-name", "Cajal", "application-icon", "org.cajal.Cajal", "version",
      CAJAL_VERSION, "developer-name", _ ("The Cajal team"), "copyright", "© 2026 The Cajal team",
      "license-type", GTK_LICENSE_GPL_3_0, "comments",
      _ ("A lab for neural networks that you can see into.\n\nNamed after Santiago Ramón y "
         "Cajal, who drew what he saw through the microscope and so showed that brains "
         "are made of cells."),
      "developers", people, "artists", people, "documenters", people,
      /* Translators: your name, and a line break before the next one */
      "translator-credits", _ ("translator-credits"), "debug-info", debug, "debug-info-filename",
      "cajal-debug-info.txt", NULL);
  adw_about_window_add_acknowledgement_section (about, _ ("Standing on the shoulders of"),
                                                (const char **) thanks);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_modal (GTK_WINDOW (window), TRUE);
  gtk_window_present (GTK_WINDOW (window));
}
