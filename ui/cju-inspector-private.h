/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cju-inspector.c, cju-inspector-block.c, cju-inspector-data.c, cju-inspector-rows.c and
 * cju-inspector-rules.c. */
#pragma once

#include "cju-inspector.h"

#include "cjd-reader.h"
#include "cju-later.h"

#include <adwaita.h>

G_BEGIN_DECLS

struct _CjuInspector
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *whole, *search, *nothing, *scroller, *box, *trouble;
  CjuLater *later;       /* what of the contents is still to be made */
  gboolean busy;         /* the edit under way is ours: the rows are right already */
  gboolean showing;      /* rows are being brought in line, which is no edit */
  GPtrArray *rows;       /* what every row that is shown edits; cju_inspector_new_rows */
  GtkWidget *rule_words; /* weak: what the rule that is shown needs to know; NULL: none is */
  GtkWidget *old_box;    /* contents that are no longer shown and still to be freed, or NULL */
  GPtrArray *old_rows;

  /* With nothing selected: */
  char *shown;         /* what the rows were made for; NULL: something else is shown */
  CjdReadOptions read; /* values behind the rows of data */
  gpointer source;     /* of the generated source */
  gpointer *steps;     /* of each augmentation, in the order of the catalogue; NULL ends */
  GtkWidget *facts, *norm, *preview, *chain;
  GtkWidget *features; /* the group of the training, which says what is known of frozen layers */
};

/* A group of rows; `prefix` stands before the names of the parameters in cjl_project_set. `values` lives
 * as long as the rows. Returns the group, NULL without parameters. */
GtkWidget *cju_inspector_add_table (CjuInspector *self, const char *title, const CjParam *table,
                                    const char *prefix, gconstpointer values);
GtkWidget *cju_inspector_make_row (CjuInspector *self, const CjParam *table, const CjParam *param,
                                   const char *prefix, gconstpointer values);
GPtrArray *cju_inspector_new_rows (void);
/* Brings rows in line with the values behind them and with what is searched. */
void cju_inspector_update_rows (CjuInspector *self);
void cju_inspector_rebuild (CjuInspector *self);
GtkWidget *cju_inspector_add_label (CjuInspector *self, const char *text, const char *class);

/* Learning rule, optimizer and schedule, and their values. */
void cju_inspector_add_kinds (CjuInspector *self);
/* What is local to the rule of the selected node, or of the training, and what is not; and after a change. */
void cju_inspector_add_rule_words (CjuInspector *self);
void cju_inspector_show_rule (CjuInspector *self);

/* Name and contents of a block. */
void cju_inspector_show_block (CjuInspector *self, const CjBlock *block);

/* The rows of data: values as the project has them, the rows themselves, what follows from the data. */
void cju_inspector_read_data (CjuInspector *self);
void cju_inspector_add_data (CjuInspector *self);
void cju_inspector_add_augmentations (CjuInspector *self);
void cju_inspector_show_facts (CjuInspector *self);
void cju_inspector_show_preview (CjuInspector *self);
void cju_inspector_clear_data (CjuInspector *self);

G_END_DECLS
