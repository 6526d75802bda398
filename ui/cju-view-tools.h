/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parts that views have in the column of their controls: a layer to choose, and a job that is started,
 * watched and stopped. Parts of the state of a view; main thread. */
#pragma once

#include "cjl-job.h"
#include "cjl-network.h"
#include "cju-view.h"

G_BEGIN_DECLS

/* A list of the layers that give numbers for every sample, or of other things that come and go with the
 * network. */
typedef struct
{
  GtkWidget *drop;
  GStrv nodes;       /* ids, as the list has them */
  gboolean no_input; /* the data themselves are no choice */
  gboolean maps;     /* only those whose answers are maps; without any the list hides */
  /* What there is to choose from, in place of layers; you free. NULL: layers. */
  GStrv (*list) (CjuView *view);
  /* Place in the list to begin with; NULL: what goes into the last layer, which tells most. */
  guint (*preset) (CjuDocument *document, GStrv nodes);
} CjuLayerChoice;

/* Adds the list to the column; `words` say what the layer is for. */
void cju_layer_choice_build (CjuLayerChoice *choice, CjuView *view, const char *words);
/* Brings the list in step with the network; to be called in the view's tick. Whether it changed. */
gboolean cju_layer_choice_follow (CjuLayerChoice *choice, CjuView *view);
const char *cju_layer_choice_get (const CjuLayerChoice *choice); /* id, or NULL; borrowed */
int cju_layer_choice_get_index (const CjuLayerChoice *choice);   /* in the list; -1: it is empty */
/* Chooses it, if the list has it. */
void cju_layer_choice_set (CjuLayerChoice *choice, const char *id);
void cju_layer_choice_clear (CjuLayerChoice *choice);

/* Calls a control what it is for, for the screen reader and beside the pointer. */
void cju_view_name_control (GtkWidget *control, const char *words);

/* A list of words, called what it is for. */
GtkWidget *cju_view_add_list (CjuView *view, const char *const *items, const char *words);

/* A number with its name before it; `words` say more. The spin button, whose parent is what
 * stands in the column. */
GtkWidget *cju_view_add_number (CjuView *view, const char *name, const char *words, double least,
                                double most, double step);

/* Whether the samples of the data are pictures. */
gboolean cju_view_has_pictures (CjuDocument *document);

/* A button that starts a job and stops it, and how far that is. */
typedef struct
{
  GtkWidget *start; /* NULL: the view starts it by itself */
  GtkWidget *progress;
  char *failure;     /* that was told: what starts by itself tells it once */
  const char *label; /* of the button, while nothing runs */
  void (*begin) (CjuView *view);
  CjlJob *job;
  gboolean halted; /* the last one was stopped by hand, or failed: nothing follows by itself */
} CjuViewJob;

/* Adds button and progress to the column; `begin` starts a job and gives it to cju_view_job_take. With a
 * label of NULL there is no button, and a bar only for what takes longer than half a second. */
void cju_view_job_build (CjuViewJob *self, CjuView *view, const char *label, const char *words,
                         void (*begin) (CjuView *view));
void cju_view_job_take (CjuViewJob *self, CjlJob *job);
/* What the button says while nothing runs. */
void cju_view_job_set_label (CjuViewJob *self, const char *label);
/* To be called in the view's tick: what the job has to show that was not shown yet, or NULL; you free.
 * Tells the person why it failed. */
gpointer cju_view_job_poll (CjuViewJob *self, CjuView *view);
void cju_view_job_clear (CjuViewJob *self);

/* The network as it is now, for a job, or NULL after telling the person that there are no weights yet. You
 * free. */
CjlNetwork *cju_view_dup_network (CjuView *view);

G_END_DECLS
