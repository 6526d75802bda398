/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file of features: a header, which of the samples are known, and their rows. In the memory as on the disk. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  guint8 *bytes; /* all of the file */
  gsize size;
  guint8 *known; /* n samples: 1, or 0; in `bytes` */
  float *rows;   /* n × n_floats; in `bytes` */
  gsize n, n_floats;
  gsize n_known, n_written; /* those on the disk */
  GThread *writer;          /* all are known, and it writes them; NULL: not yet */
} CjlFeatureFile;

/* What is on the disk of a network and data (digests), or one in which nothing is known. The caller has seen to the size.
 * NULL: there is no memory for it. */
CjlFeatureFile *cjl_feature_file_open (const char *network, const char *data, gsize n,
                                       gsize n_floats);
/* Writes what is new, unless little is known yet, and frees. */
void cjl_feature_file_close (CjlFeatureFile *file);

/* Rows of samples; once all are known, a thread writes them. Rows that are not finite are left out. */
void cjl_feature_file_keep (CjlFeatureFile *file, const guint32 *indices, guint n,
                            const float *rows);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CjlFeatureFile, cjl_feature_file_close)

G_END_DECLS
