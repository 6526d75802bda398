/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a project can be written as for other programs. A format is one const descriptor, listed in
 * cjl-format.c: the command `export` and the window's menu of exports are made from that list. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

/* What an export did, besides the file that was named. Starts zeroed. */
typedef struct
{
  GPtrArray *files; /* further paths that were written, or NULL */
  char *note;       /* a sentence or several lines for the person, or NULL */
} CjlExported;

/* Adds a file that was written besides the one that was named. */
void cjl_exported_add (CjlExported *done, const char *path);
void cjl_exported_clear (CjlExported *done);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CjlExported, cjl_exported_clear)

typedef struct
{
  const char *id;      /* kebab-case, never changes */
  const char *title;   /* of the menu, with its mnemonic: N_ ("_Weights…") */
  const char *heading; /* of the dialog: N_ ("Export Weights") */
  const char *blurb;   /* a sentence or two: who reads it, and what is in it */
  /* Kinds of file, ended by NULL: how the path ends, and a title for who chooses. The first is offered. */
  struct
  {
    const char *ending; /* ".npz" */
    const char *title;  /* N_ ("Weights for NumPy") */
  } files[4];
  const CjParam *params; /* what can be chosen, without texts; NULL: nothing */
  gsize options_size;    /* of the struct that `params` fills */

  /* Writes the project to `path`, and says in *done what else was written. Everything that the format
   * cannot express is refused by name before a file is touched; a file is replaced as a whole. `options`
   * are those of `params`. Any thread that has the project for itself. */
  gboolean (*save) (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
                    GError **error);
} CjlFormat;

/* All of them, in the order of the menu, ended by NULL. */
extern const CjlFormat *const cjl_formats[];

/* That of an id, or of the ending of a path; NULL: none. */
const CjlFormat *cjl_format_find (const char *id);
const CjlFormat *cjl_format_of_file (const char *path);

/* The options of a format with their presets; NULL if it has none. You free. */
gpointer cjl_format_new_options (const CjlFormat *format);

/* Writes with the format of the path's ending and these options (NULL: the presets), or says which
 * endings there are. */
gboolean cjl_export (CjlProject *project, const char *path, gconstpointer options,
                     CjlExported *done, GError **error);

/* ".safetensors, .npz or .nir": what an export can end in. You free. */
char *cjl_format_print_endings (void);

G_END_DECLS
