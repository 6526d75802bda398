/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ready experiments: a network, data and a way to train it, each worth looking into. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id; /* kebab-case, never changes */
  const char *title;
  const char *category; /* "First steps", "Vision" ... */
  const char *blurb;    /* one sentence */
  const char *teaches;  /* what to look at */
  const char *expected; /* what it reaches, "99 %" */
  double work;          /* of the whole training, see cjl-pace.h; 0: not measured */
  const char *task;     /* name of the benchmark of the same network, or NULL */
  const char *source;   /* data */
  const char *data;     /* parameters of the source, "length=128 validation-share=0", or NULL */
  const char *augment;  /* "flip, shift amount=4", or NULL */
  const char *network;  /* for cjl_graph_add_text */
  const char *setup;    /* "epochs=8 batch=64" */
} CjlTemplate;

/* All templates, ended by an id of NULL; one by id or NULL. */
const CjlTemplate *cjl_templates (void);
const CjlTemplate *cjl_template_find (const char *id);

/* A new project from a template; the last layer fits the classes of the template's data. */
CjlProject *cjl_template_make (const CjlTemplate *info, GError **error);

/* Draws a network from text. Pieces end with a semicolon: a chain of layers as in
 * cj_graph_add_chain, which goes on from the piece before; "relu3: conv-2d 16, batch-norm" begins at
 * node relu3; "relu3 > add1:1" wires relu3 to the second input of add1, "lif2:1 > mean1" the second output of lif2; "[Residual 1] conv2 add1" makes
 * a block of these nodes. Layers are numbered in the order in which they stand. On refusal the graph may hold part of the drawing. */
gboolean cjl_graph_add_text (CjGraph *graph, const char *text, GError **error);

G_END_DECLS
