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
  const char *task;     /* name of the benchmark of the same network, or NULL */
  const char *source;   /* data */
  const char *chain;    /* layers after the input, without the last Dense and the loss */
  const char *setup;    /* "epochs=8 batch=64" */
  gboolean (*draw) (CjGraph *graph, GError **error); /* instead of a chain, for networks with
                                                        branches */
} CjlTemplate;

/* All templates, ended by an id of NULL; one by id or NULL. */
const CjlTemplate *cjl_templates (void);
const CjlTemplate *cjl_template_find (const char *id);

/* A new project from a template; the last layer fits the classes of the template's data. */
CjlProject *cjl_template_make (const CjlTemplate *info, GError **error);

/* Puts cards in layered order from left to right, in rows that fit a window. */
void cjl_layout_graph (CjGraph *graph);

G_END_DECLS
