/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A network as a drawing for papers: what is said of each card, by the canvas as by files. */
#pragma once

#include "cj-lower.h"
#include "cjl-project.h"

G_BEGIN_DECLS

/* The values of a node a person looks at first: the first parameters of its table, in a few words, or its id. You
 * free. */
char *cjl_drawing_dup_words (const CjNode *node);

/* 0xRRGGBB of a category of layers; blocks are "block". */
guint32 cjl_drawing_get_color (const char *category);

/* What the network is like where its data say so. Clear it before the project goes. */
typedef struct
{
  CjlProject *project; /* borrowed */
  CjLowered *lowered;  /* NULL: its data are not there, so no shapes are known */
} CjlDrawing;

/* As the weights expect their data, or the data themselves, which may have to be loaded. Never fails. */
void cjl_drawing_init (CjlDrawing *self, CjlProject *project);
void cjl_drawing_clear (CjlDrawing *self);

/* "6×28×28": what an output gives of one sample; NULL: it is not known, or a single number. You free. */
char *cjl_drawing_dup_shape (const CjlDrawing *self, const CjNode *node, guint port);
/* Numbers that a node learns. */
gint64 cjl_drawing_count (const CjlDrawing *self, const CjNode *node);
/* "156 parameters"; NULL for none. You free. */
char *cjl_drawing_print_count (gint64 n);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlDrawing, cjl_drawing_clear)

G_END_DECLS
