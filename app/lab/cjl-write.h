/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lets a network that guesses the next character write a text. K characters, T moments. */
#pragma once

#include "cjl-job.h"
#include "cjl-lens.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

#define CJL_WRITE_MAX 4000 /* characters */

/* What is told of every character beside the text. */
typedef enum
{
  CJL_WRITE_TEXT,
  CJL_WRITE_ATTENTION, /* what each head looked at to choose it */
  CJL_WRITE_LENS       /* what would have been chosen after each block */
} CjlWriteLook;

typedef struct
{
  const char *prompt; /* what it begins from, UTF-8; characters the data lacks are left out */
  guint length;       /* characters to write, at most CJL_WRITE_MAX */
  double
      temperature; /* scores are divided by it: below 1 bolder, above 1 wilder; 0: the likeliest */
  guint top_k;     /* only the K likeliest are drawn from; 0: all */
  guint64 seed;
  CjlWriteLook look; /* at anything but the text: slowly, to be followed by eye */
} CjlWriteOptions;

void cjl_write_options_init (CjlWriteOptions *options); /* 400 characters, 0.8, all */

/* Immutable. */
typedef struct
{
  guint64 step;       /* of the weights */
  char *text;         /* what it began from, and what it wrote */
  guint n, n_given;   /* characters, and those of the prompt */
  float *probability; /* n: of each character where it was drawn; NAN for those given */
  guint n_wanted;

  /* What the network saw when it chose the last character, T at most, and what came after each. */
  GStrv seen;
  gint32 *after;
  GPtrArray *attention; /* of cjl_attention_read, of what was seen; or NULL */
  CjlLensReading *lens; /* or NULL */
} CjlWriting;

/* Whether the data is text whose targets are the next characters. */
gboolean cjl_write_suits (const CjdDataset *dataset);

/* A job whose results are CjlWriting, the text so far. Copies the graph, references data and weights.
 * Drawing from the softmax of the scores divided by the temperature, from the K likeliest (A. Fan, M.
 * Lewis, Y. Dauphin, "Hierarchical neural story generation", 2018). You free. */
CjlJob *cjl_write_start (const CjGraph *graph, CjdDataset *dataset, CjCheckpoint *weights,
                         const CjlWriteOptions *options);
/* The same at once, with the weights of a project. Slow. Main thread. You free. */
CjlWriting *cjl_write_project (CjlProject *project, CjdDataset *dataset,
                               const CjlWriteOptions *options, GError **error);

void cjl_writing_free (CjlWriting *writing);

/* Sealed frame of the figure "text". You unref. */
CjvFrame *cjl_writing_frame (const CjlWriting *writing);
/* Of "attention-arcs", where attention was looked at: what the last character was chosen by, in one of
 * the layers; and of "logit-lens". NULL where it was not looked at. You unref. */
CjvFrame *cjl_writing_arcs_frame (const CjlWriting *writing, guint layer);
CjvFrame *cjl_writing_lens_frame (const CjlWriting *writing, const CjdDataset *dataset);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlWriting, cjl_writing_free)

G_END_DECLS
