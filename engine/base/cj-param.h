/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Parameter tables: every catalogue item declares its settings once, as a const table over a plain
 * struct. The inspector, the project file, the command line and the documentation read this table. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CJ_PARAM_INT,    /* field: int */
  CJ_PARAM_FLOAT,  /* field: double */
  CJ_PARAM_BOOL,   /* field: gboolean */
  CJ_PARAM_CHOICE, /* field: int, index into choices */
  CJ_PARAM_PAIR,   /* field: int[2], height and width; "3" means 3×3 */
  CJ_PARAM_TEXT,   /* field: char[CJ_PARAM_TEXT_SIZE], one line of UTF-8 */
  CJ_PARAM_FORMULA /* the same, and `check` has read it */
} CjParamKind;

#define CJ_PARAM_TEXT_SIZE 256

/* What the field holds (a pair in both) where word number `index` of `choices` was given. */
#define CJ_PARAM_WORD(index) (G_MININT + (index))

typedef enum
{
  CJ_PARAM_LIVE = 1 << 0,     /* may change during training */
  CJ_PARAM_RESHAPES = 1 << 1, /* changes tensor shapes */
  CJ_PARAM_LOG = 1 << 2,      /* slider and search in log space */
  CJ_PARAM_ADVANCED = 1 << 3  /* folded away */
} CjParamFlags;

typedef struct
{
  const char *name;  /* kebab-case, never changes */
  const char *title; /* two or three words */
  const char *blurb; /* one sentence */
  const char *unit;  /* NULL if none */
  CjParamKind kind;
  gsize offset; /* of the field in the parameter struct */
  double preset, min, max;
  double soft_min, soft_max;  /* what a slider offers; both 0: min..max */
  int digits;                 /* after the point, for CJ_PARAM_FLOAT */
  const char *const *choices; /* NULL-terminated, for CJ_PARAM_CHOICE; for CJ_PARAM_INT and
                               * CJ_PARAM_PAIR words that may stand for a number, CJ_PARAM_WORD */
  const char *text;           /* preset of CJ_PARAM_TEXT and CJ_PARAM_FORMULA, NULL: empty */
  const char *when;           /* "name=value" or "name!=value": means something only then, and where
                               * that other one does; NULL: always */
  CjParamFlags flags;
  /* Of CJ_PARAM_FORMULA: refuses with a sentence that begins with the place, "column 3: …". */
  gboolean (*check) (const char *text, GError **error);
} CjParam;

/* Tables end with a name of NULL. `values` points to the struct the offsets refer to. Any thread. */
void cj_params_reset (const CjParam *table, gpointer values);
const CjParam *cj_params_find (const CjParam *table, const char *name);

/* Sets one value from text. On refusal `values` is unchanged and the error says what is allowed. */
gboolean cj_params_parse (const CjParam *table, gpointer values, const char *name, const char *text,
                          GError **error);

/* Sets a CJ_PARAM_FLOAT without allocating. */
void cj_params_set_float (const CjParam *table, gpointer values, const char *name, double value);

/* Whether the parameter means something with these values (`when`). */
gboolean cj_params_applies (const CjParam *table, const CjParam *param, gconstpointer values);

/* The value as text that cj_params_parse reads back exactly. You free. */
char *cj_params_print (const CjParam *param, gconstpointer values);

G_END_DECLS
