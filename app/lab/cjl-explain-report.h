/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which explainer should be trusted on this network? A row for each of M methods: how faithful its maps
 * of N samples are to the network, and whether they change when what was learned is taken away. L layers
 * that learn. */
#pragma once

#include "cj-faithful.h"
#include "cjl-job.h"
#include "cjl-network.h"
#include "cjv-frame.h"

G_BEGIN_DECLS

/* What is asked for. */
typedef struct
{
  const char *const
      *methods;  /* ids of explainers, ends with NULL; NULL: all that have something to say
                               * of the network, but the slow ones */
  gboolean slow; /* with `methods` NULL: the slow ones as well */
  CjdSplit split;
  guint
      n_samples; /* at most; evenly spaced in the split. What is explained is the network's answer */
  guint64 seed;
} CjlReportOptions;

void cjl_report_options_init (CjlReportOptions *options); /* 16 samples of validation */

/* A mean over samples with its standard error, NAN where there is none. */
typedef struct
{
  double mean, error;
  guint n;
} CjlReportValue;

typedef enum
{
  CJL_REPORT_DELETION,    /* area under the curve; lower is better */
  CJL_REPORT_INSERTION,   /* the same; higher is better */
  CJL_REPORT_INFIDELITY,  /* 0 perfect, 1: says nothing */
  CJL_REPORT_SENSITIVITY, /* 0: steady */
  CJL_REPORT_CASCADE,     /* mean correlation of ranks while layers are drawn anew: the verdict's */
  CJL_REPORT_RANK,        /* correlation of ranks with the map of a network that learned nothing */
  CJL_REPORT_SSIM,        /* structural similarity with it */
  CJL_REPORT_MILLISECONDS /* a map */
} CjlReportColumn;

#define CJL_REPORT_N_COLUMNS (CJL_REPORT_MILLISECONDS + 1)

/* Names of the columns in files, "deletion-auc". */
extern const char *const cjl_report_columns[CJL_REPORT_N_COLUMNS];

typedef struct
{
  const CjExplainerInfo *info;
  CjlReportValue values[CJL_REPORT_N_COLUMNS];
  CjSanityVerdict verdict;
  CjlReportValue
      *cascade; /* L + 1: correlation of ranks with 0, 1 ... all layers redrawn from the top */
  CjlReportValue *alone; /* L: with only this one redrawn */
  char *problem;         /* why the method says nothing of this network, or NULL */
} CjlReportRow;

/* Immutable once it left the job. */
typedef struct
{
  guint n_rows, n_done; /* rows from n_done on are not measured yet */
  CjlReportRow *rows;
  guint n_layers;
  GStrv layers; /* L ids of nodes from the top down */
  guint n_samples;
  CjdSplit split;
  guint64 seed, step; /* step of the weights */
  char *data;         /* name of the data set */
} CjlReport;

void cjl_report_free (CjlReport *report);

/* A job whose results are CjlReport: one whenever another method is done, and the whole. Takes the network,
 * copies the options. The error says why the network cannot be explained. You free. */
CjlJob *cjl_report_start (CjlNetwork *network, const CjlReportOptions *options);
/* The same at once, with the weights of a project. Slow. Main thread. `go_on` is told of the progress,
 * 0..1, and stops the work by FALSE; then NULL without an error. It may be NULL. You free. */
CjlReport *cjl_report_project (CjlProject *project, CjdDataset *dataset,
                               const CjlReportOptions *options,
                               gboolean (*go_on) (double progress, gpointer data), gpointer data,
                               GError **error);

/* A table for people, in lines; one for machines with a header line (RFC 4180); and one a{sv} a row with
 * what is known of the whole beside it, floating. You free. */
char *cjl_report_print_table (const CjlReport *report);
char *cjl_report_print_csv (const CjlReport *report);
GVariant *cjl_report_row_to_data (const CjlReport *report, guint row);

/* Sealed frames of the figures "trust" and "sanity". You free. */
CjvFrame *cjl_report_trust_frame (const CjlReport *report);
CjvFrame *cjl_report_sanity_frame (const CjlReport *report);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlReport, cjl_report_free)

G_END_DECLS
