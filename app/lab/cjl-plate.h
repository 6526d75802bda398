/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plates of a project's figures: how wide and in what style a page is, and the small file that describes
 * a plate. */
#pragma once

#include "cjl-figures.h"
#include "cjv-plate.h"

G_BEGIN_DECLS

#define CJL_PX_PER_MM (96 / 25.4)
#define CJL_PX_PER_PT (96 / 72.0)

/* A width that journals ask for. */
typedef struct
{
  const char *id;    /* "single", as a plate's file and the command line have it */
  const char *title; /* to be translated */
  double mm;
} CjlWidth;

const CjlWidth *cjl_widths (void); /* ends with an id of NULL */

/* "double", "85mm", "8.5cm", "3.5in", "240pt", "640px" or "640" as px. Refuses what is no length between
 * 40 px and CJV_PLATE_MAX_SIDE. */
gboolean cjl_length_parse (const char *text, double *px, GError **error);

/* "light", "dark" or "print" (white, thin lines, read without colours); ends with NULL. */
extern const char *const cjl_looks[];
/* Gives a style the colours and lines of a look; fonts and scale stay. */
gboolean cjl_look_apply (const char *look, CjvStyle *style, GError **error);
/* Sets the size of the text; lines and marks follow it, but for print, whose lines have a width of their
 * own. */
void cjl_style_set_points (CjvStyle *style, double points);

/* "preset", "print" or "grey"; ends with NULL. */
extern const char *const cjl_colormaps[];
gboolean cjl_colormap_apply (const char *name, CjvStyle *style, GError **error);

/* Sets one parameter of a panel's figure from text; the error names those it has. */
gboolean cjl_panel_set (CjvPanel *panel, const char *name, const char *text, GError **error);

/* Adds figure `id` of the project at the end, with its preset parameters and what it was made of.
 * `dataset` may be NULL for figures that need none. Slow as cjl_figure_frame. The plate keeps the panel;
 * NULL with the reason. */
CjvPanel *cjl_plate_add (CjvPlate *plate, CjlProject *project, CjdDataset *dataset, const char *id,
                         const CjlFigureChoice *choice, GError **error);

/* Reads a description of a plate, JSON, and draws its figures from the project; the help has the keys.
 * The data set is loaded if a panel needs it. Slow. Errors name the file and the panel. You free. */
CjvPlate *cjl_plate_load (const char *path, CjlProject *project, GError **error);
/* The same from text of `length` bytes. */
CjvPlate *cjl_plate_parse (const char *text, gsize length, CjlProject *project, GError **error);

G_END_DECLS
