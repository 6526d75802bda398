/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cjl-project.c, cjl-project-edit.c and cjl-project-file.c. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* One entry of the undo stack. */
typedef struct
{
  char *title, *merge;
  CjPatch *graph;           /* NULL: the drawing did not change */
  GVariant *before, *after; /* the rest: setup, data, title */
} CjlEdit;

typedef struct
{
  CjlProjectChanged changed;
  gpointer data;
} CjlWatch;

typedef struct
{
  CjlProject project;
  GPtrArray *undo, *redo; /* CjlEdit */
  guint depth;            /* of begin */
  GVariant *at_begin;
  const CjlEdit *saved; /* top of the undo stack when the file was written; NULL: empty stack */
  gboolean stored;      /* weights changed since the file was written */
  GArray *watches;      /* CjlWatch */
} CjlProjectFull;

static inline CjlProjectFull *
cjl_project_full (CjlProject *project)
{
  return (CjlProjectFull *) project;
}

void cjl_edit_free (gpointer edit);

/* Everything but the drawing and the weights, as a{sv}; and back. */
GVariant *cjl_project_save_rest (CjlProject *project);
gboolean cjl_project_load_rest (CjlProject *project, GVariant *data, GError **error);

void cjl_project_notify (CjlProject *project);

G_END_DECLS
