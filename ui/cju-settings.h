/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a person prefers, kept from one start to the next: the keys of org.cajal.Cajal.gschema.xml.
 * Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef enum
{
  CJU_STYLE_SYSTEM,
  CJU_STYLE_LIGHT,
  CJU_STYLE_DARK
} CjuStyle;

/* The settings, borrowed; NULL where no schema is installed, nor lies beside the program in its build
 * folder. Then the functions below give the presets, and what is set holds until the program ends. */
GSettings *cju_settings_get (void);

gboolean cju_settings_get_flag (const char *key);
int cju_settings_get_number (const char *key);
char *cju_settings_dup_text (const char *key); /* you free */
CjuStyle cju_settings_get_style (void);

void cju_settings_set_flag (const char *key, gboolean value);
void cju_settings_set_number (const char *key, int value);
void cju_settings_set_text (const char *key, const char *value);
void cju_settings_set_style (CjuStyle style);

/* Threads to train with: as many as the machine has cores, unless set otherwise. */
guint cju_settings_get_threads (void);

/* A new window is as large as the one closed last. */
void cju_settings_give_size (GtkWindow *window);
void cju_settings_keep_size (GtkWindow *window);

/* Dialogs begin in the folder of the last file. */
void cju_settings_begin_in_folder (GtkFileChooser *chooser);
void cju_settings_keep_folder (const char *path); /* of a file */

/* Style and animations are put in force, now and whenever they change. Once, after GTK started. */
void cju_settings_follow (void);

/* Presets of all keys for whom no schema is there: "name", value as text of a GVariant; ends with NULL. */
const char *const *cju_settings_presets (void);

G_END_DECLS
