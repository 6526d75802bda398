/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a screen reader says: names of controls, and the words of cards and ports. Main thread. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The name of a control, said once: it stands in place of the label inside or beside the control, and
 * a drop-down's inner button, which has the focus, is called the same. */
void cju_access_name (GtkWidget *control, const char *name);

/* The words beside the pointer. GTK 4.8 asks the display server where the pointer is whenever they are set,
 * even if they are the same or the widget is in no window yet; then this does not. */
void cju_access_tip (GtkWidget *widget, const char *text);

/* A button with a mnemonic label is called what its label says, said once. `label` has the underscore. */
void cju_access_name_mnemonic (GtkWidget *control, const char *label);

/* A GtkSearchEntry, and the button in it that clears it. */
void cju_access_name_search (GtkWidget *entry, const char *name);

/* The first widget of a type inside another, which a library made without a name. */
void cju_access_name_inside (GtkWidget *parent, GType type, const char *name);

/* A tab of a notebook is called what its label says, and the row of tabs gets a name. */
void cju_access_name_tab (GtkWidget *label, const char *row);

/* Height of the text of a widget at 100 %, in pixels. */
double cju_access_get_text_size (GtkWidget *widget);
/* What text on cards and wires is multiplied with where a person has larger text than cards have room for, 1
 * at most: there the canvas is zoomed in its place. */
double cju_access_fit_text (GtkWidget *widget);

/* What text in figures is multiplied with where a person has larger text than usual, 1 at least. */
double cju_access_grow_text (GtkWidget *widget);

/* Whether the person asked for sharper edges and text. */
gboolean cju_access_is_high_contrast (void);

/* "Conv 2D, conv2, 32 by 14 by 14 to 64 by 14 by 14, 18,496 parameters, selected". You free. */
char *cju_access_print_card (CjuDocument *document, const CjNode *node, gboolean selected);

/* What the layer does, and on an input of pictures which pixels the chosen unit sees. You free. */
char *cju_access_describe_card (CjuDocument *document, const CjNode *node);

/* "Input x, wire from conv1, 6 by 28 by 28" or "Output y, wire to relu1, dense2". You free. */
char *cju_access_print_input (CjuDocument *document, const CjNode *node, guint port);
char *cju_access_print_output (CjuDocument *document, const CjNode *node, guint port);

G_END_DECLS
