/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sample as a tile of the grid: its picture, or its numbers as text, and its class. Main thread. */
#pragma once

#include "cjd-dataset.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CJU_TYPE_TILE (cju_tile_get_type ())
G_DECLARE_FINAL_TYPE (CjuTile, cju_tile, CJU, TILE, GtkWidget)

GtkWidget *cju_tile_new (void);

/* Samples that stay in their files are read by a worker. `dataset` is referenced; NULL: empty. */
void cju_tile_show (CjuTile *self, CjdDataset *dataset, gsize sample);
gsize cju_tile_get_sample (CjuTile *self);

/* Letters as they stand, other symbols as numbers with spaces between. You free. */
char *cju_tile_print_symbols (const CjdDataset *dataset, const gint32 *symbols, gsize n);

/* Whether the symbols of the samples are letters, each a class: what a text is made of. */
gboolean cju_tile_has_letters (const CjdDataset *dataset);

/* The first `n` symbols or numbers of a sample, with a space for the end of a line. You free. */
char *cju_tile_print_values (const CjdDataset *dataset, gsize sample, gsize n);

/* The class of a sample in words, "?" if it has none. You free. */
char *cju_tile_print_class (const CjdDataset *dataset, gsize sample);

G_END_DECLS
