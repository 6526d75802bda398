/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's own blocks: one JSON file each, as copied text, in ~/.local/share/cajal/blocks. */
#pragma once

#include "cjl-arrange.h"

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *title;   /* of the block; of a file that cannot be read its name */
  CjGraph *part; /* the block and what is in it; NULL: the file cannot be read */
  char *trouble; /* then why, with the way out */
} CjlOwnBlock;

/* The folder; it need not be there. You free. */
char *cjl_blocks_dup_folder (void);

/* What lies in the folder, in order of the titles: CjlOwnBlock. Files are read every time. You unref. */
GPtrArray *cjl_blocks_list (void);

/* Keeps a block under its title, with a number behind it if that is taken; says so in `title`, which may
 * be NULL. */
gboolean cjl_blocks_save (const CjGraph *graph, const CjBlock *block, char **title, GError **error);

/* Takes a block out of the list. It can be put back, beside one that took its name meanwhile, until it is
 * forgotten. */
gboolean cjl_blocks_remove (const char *path, GError **error);
gboolean cjl_blocks_put_back (const char *path, GError **error);
void cjl_blocks_forget (const char *path);

/* A file as a block; NULL and the reason. */
CjGraph *cjl_block_load (const char *path, GError **error);

/* Adds a block of one's own to a level, its card at x, y; its first free input is wired to `after`, an
 * output, unless its node is NULL. The new block; NULL and the reason with the graph as it was. */
CjBlock *cjl_blocks_add (CjGraph *graph, const CjlOwnBlock *own, const char *level, CjWire after,
                         double x, double y, GError **error);

/* A chain typed as text, as cj_graph_add_chain takes it, in which titles of one's own blocks are links
 * as well; all goes into a level, the first card at x, y. The id of the last card, you free; NULL and the
 * reason with the graph as it was. */
char *cjl_blocks_add_chain (CjGraph *graph, const char *text, const char *level, CjWire after,
                            double x, double y, GError **error);

void cjl_own_block_free (gpointer own);

G_END_DECLS
