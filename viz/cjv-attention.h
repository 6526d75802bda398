/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Attention maps as a frame has them, for the figures that show them: H heads (or other maps, as a
 * rollout), T tokens that look, S that are looked at. */
#pragma once

#include "cjv-figure.h"

G_BEGIN_DECLS

typedef struct
{
  CjTensor *weights; /* float32 [H, T, S] */
  gint64 heads, t, s;
  float high; /* where colours end: most rows are within; over 0 */
} CjvAttention;

/* Reads the array "weights", [H, T, S] or [T, S]; FALSE of other shapes. Clear it when done. */
gboolean cjv_attention_init (CjvAttention *attention, const CjvFrame *frame);
void cjv_attention_clear (CjvAttention *attention);

double cjv_attention_get (const CjvAttention *attention, gint64 head, gint64 query, gint64 key);

/* From the strings "names", else "head 1" of head 0. You free. */
char *cjv_attention_dup_name (const CjvFrame *frame, gint64 head);

/* The scalar "query" if it is a token that looks, else -1. */
gint64 cjv_attention_get_query (const CjvAttention *attention, const CjvFrame *frame);

/* "head 2: “e” looks at “h”, 31.0 %". You free. */
char *cjv_attention_print (const CjvAttention *attention, const CjvFrame *frame, gint64 head,
                           gint64 query, gint64 key);

/* Which head looks at one token most, which spreads out most, and the strongest single look. You free. */
char *cjv_attention_print_words (const CjvAttention *attention, const CjvFrame *frame);

/* head, query, key and weight of every look, and the header line. */
void cjv_attention_print_csv (const CjvAttention *attention, const CjvFrame *frame, GString *out);

G_END_DECLS
