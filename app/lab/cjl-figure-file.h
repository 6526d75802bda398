/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures that know where they come from: a plate written as SVG, PDF, PNG or NPZ carries the arrays it
 * is drawn from, its style and sizes, and its source, and can be drawn again from that alone. Any thread
 * but for cjl_source_new. */
#pragma once

#include "cjl-project.h"
#include "cjv-export.h"

G_BEGIN_DECLS

/* What a figure comes from, a{sv}: "project" (its title), "uuid", "sha256" (cjl_project_hash), "seed",
 * "step" (of the weights; -1: the last one that the project has), "date" (when their run began, ISO 8601 in
 * UTC; not there where no run is known), "cajal" (the version). Main thread. You unref. */
GVariant *cjl_source_new (CjlProject *project, gint64 step);

/* SHA-256, in hexadecimal digits, of what counts for what the network says: layers, wires and their
 * parameters, choice of data, training setup, weights and normalisation; not of where cards stand. Main
 * thread. You free. */
char *cjl_project_hash (CjlProject *project);

/* The record: a .npz with one array "NAME" ("a/NAME", "b/NAME" ... of several panels) for each of the
 * frames, and figure.json with the rest. Equal plates give equal bytes. `source` may be NULL. You unref. */
GBytes *cjl_figure_print (const CjvPlate *plate, GVariant *source, GError **error);

/* Reads a record back; *source (may be NULL) gets its source or NULL, you unref. Every size is checked
 * before anything is allocated; CJ_ERROR_FILE says what is wrong. You free. */
CjvPlate *cjl_figure_parse (GBytes *record, GVariant **source, GError **error);

/* Whether `path` is a plain file to be opened as a figure: an SVG or PDF, or a PNG or NPZ with a record.
 * Quick. */
gboolean cjl_figure_is_file (const char *path);

/* The plate in a picture that was written by cjl_figure_save; errors name the file. You free. */
CjvPlate *cjl_figure_load (const char *path, GVariant **source, GError **error);

/* Writes `path` as it ends: .svg, .pdf, .png with the record inside, .npz: the record itself, .csv: the
 * numbers of one panel. The same plate and source give the same bytes. */
gboolean cjl_figure_save (const CjvPlate *plate, GVariant *source, const char *path,
                          GError **error);

/* Writes the numbers beside the picture `path`: X.npz, and X.csv, or X-a.csv, X-b.csv ... of several
 * panels. */
gboolean cjl_figure_save_data (const CjvPlate *plate, GVariant *source, const char *path,
                               GError **error);

/* Where the project of a source lies: the first of the paths, which end with NULL, that is a project with
 * its UUID; reads the beginning of each. NULL: none. You free. */
char *cjl_source_find_project (GVariant *source, const char *const *paths);

/* "Project “digits”, step 1,200, seed 1", for people. You free. */
char *cjl_source_print (GVariant *source);

G_END_DECLS
