/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Shared by cju-window.c, cju-window-file.c and cju-export.c. */
#pragma once

#include "cju-document.h"
#include "cju-window.h"

G_BEGIN_DECLS

struct _CjuWindow
{
  AdwApplicationWindow parent;
  CjuDocument *document;
  GtkWidget *toasts, *stack, *lab, *title, *train, *pill, *undo, *redo;
  GtkWidget *canvas, *dock, *palette, *inspector, *zoom, *palette_flap, *inspector_flap;
  GtkWidget *start, *start_buttons, *pad;
  GtkWidget *data_slot;     /* in the header: what the network learns from */
  GPtrArray *spare_buttons; /* of them, those that a narrow window does without */
  gboolean narrow;
  GtkWidget *levels, *synapses; /* the canvas, or closer; of which the second */
  GtkWidget *map, *zoom_box, *trail;
  GPtrArray *lab_buttons; /* in the header, for a project only */
  gboolean train_when_opened, closing;
  GVariant *state_when_opened; /* of a figure, for cju_figure_open_apply; NULL: none */
  gboolean close_when_saved;
  gboolean saving;              /* a thread writes the file, or is going to */
  struct _CjuSaving *storing;   /* waits for the step whose end is to be saved, or NULL */
  GPtrArray *opening;           /* projects that threads read for this window */
  struct _CjuPatience *reading; /* with data that a thread reads, or NULL */
  GCancellable *making;         /* of the network that a thread makes, or NULL */
  struct _CjuPatience *making_patience;
  gboolean asks;      /* a dialog about closing or saving is open */
  gboolean warned;    /* of a file that another program changed */
  CjRunStatus status; /* as the buttons show it */
};

/* cju-window-stage.c: the middle of the window. */
GtkWidget *cju_window_make_stage (CjuWindow *self);

/* cju-window-narrow.c: what changes where there is little room; after a width, and for a new lab. */
void cju_window_fit (CjuWindow *self, int width);
void cju_window_arrange (CjuWindow *self);

void cju_window_tell (CjuWindow *self, const char *text);
/* Shows a project in this window, which has none. */
void cju_window_show_project (CjuWindow *self, CjlProject *project);

/* Actions win.open, win.open-path (s), win.save, win.save-as, win.restore (s), win.discard (s). */
void cju_window_install_file_actions (GtkWidgetClass *widget);
/* Opens a project, or raises the window that shows it, and shows there what a figure showed. */
void cju_window_open_at (CjuWindow *self, const char *path, GVariant *state);
/* Saving is possible for what this version may write. */
void cju_window_follow_file (CjuWindow *self);
/* Whether the window may close; asks once if something would be lost. */
gboolean cju_window_may_close (CjuWindow *self);
/* Tells once if another program changed the project's file. */
void cju_window_check_file (CjuWindow *self);
/* Actions win.shrink, win.to-spiking, win.to-few-bits, win.cancel-making: another network made of the one that
 * was trained, in a thread. And what is being made is no longer wanted. */
void cju_window_install_make_actions (GtkWidgetClass *widget);
void cju_window_end_making (CjuWindow *self);
/* The window goes: what is being read for it is no longer wanted. */
void cju_window_end_files (CjuWindow *self);

G_END_DECLS
