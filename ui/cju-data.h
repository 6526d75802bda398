/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Other data for a project: which there are to choose from, what was found in a file or folder, and
 * how the network is made to fit. Main thread. */
#pragma once

#include "cju-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* "240 pictures, 3×32×32, in 4 classes: cat, dog, frog, ship". You free. */
char *cju_data_describe (const CjdDataset *dataset);

/* What is taken from and divided out of every number before the network sees it: "Mean ± deviation: 0.119 ±
 * 0.257", a pair a channel. You free. */
char *cju_data_print_norm (const CjdDataset *dataset);
/* Name of a source or path for people: "Handwritten signs", "my-pictures". You free. */
char *cju_data_dup_title (const char *source);

/* Reads a source or path by a worker; then the project learns from it, as one edit: pictures that do
 * not suit the network are resized, the last layer is fitted to the classes. The document's "notice"
 * says what was found and done, or why not. */
void cju_data_use (CjuDocument *document, const char *source);
/* Calls that off, if it is under way; also when the document is no longer shown. Other data do as well. */
void cju_data_cancel (CjuDocument *document);

/* A button that lists what there is: built-in sources, data sets in CAJAL_DATA_DIR, files and folders.
 * `title`: it names the present data. */
GtkWidget *cju_data_button_new (CjuDocument *document);

/* Asks for a file or a folder and uses it. */
void cju_data_ask (CjuDocument *document, GtkWindow *parent, gboolean folder);

G_END_DECLS
