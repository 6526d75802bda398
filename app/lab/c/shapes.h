/* SPDX-License-Identifier: 0BSD */
/* The numbers that kernels are told beside their data; nothing but int and float. */
#pragma once

/* each_shape: n numbers one by one, with up to two constants. */
typedef struct
{
  int n;
  float a, b;
} each_shape;

/* dense_shape: rows of inputs that become rows of units. */
typedef struct
{
  int rows, inputs, units;
} dense_shape;

/* conv2d_shape: n pictures x[c][h][w] that become y[out_c][out_h][out_w]. */
typedef struct
{
  int n, c, h, w, out_c, out_h, out_w;
  int kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups;
} conv2d_shape;

/* matmul_shape: products of matrices, a[m][k] with b[k][n], or b[n][k] if that is transposed. */
typedef struct
{
  int batch, m, k, n, transposed;
} matmul_shape;

/* pool_shape: n pictures x[h][w] that become y[out_h][out_w], window by window. */
typedef struct
{
  int n, h, w, out_h, out_w;
  int kernel_h, kernel_w, stride_h, stride_w, pad_h, pad_w, dilation_h, dilation_w;
  int adaptive, exclude_pad;
} pool_shape;

/* channels_shape: numbers x[outer][channels][inner]. */
typedef struct
{
  int outer, channels, inner;
} channels_shape;

/* row_norm_shape: rows of numbers; number i of row r meets weight ((r row + i) / per) mod weights. */
typedef struct
{
  int rows, row, per, weights, rms;
  float eps;
} row_norm_shape;

/* local_norm_shape: pictures x[n][c][plane]; each pixel is divided by what its neighbour channels have. */
typedef struct
{
  int n, c, plane, size;
  float alpha, beta, k;
} local_norm_shape;

/* move_shape: up to six axes; element (i0, .., i5) lies at x + sum i from and goes to y + sum i to. */
typedef struct
{
  int x, y, size[6], from[6], to[6];
} move_shape;

/* remap_shape: n pictures x[h][w] that become y[out_h][out_w]. */
typedef struct
{
  int n, h, w, out_h, out_w;
} remap_shape;

/* embedding_shape: n words of a vocabulary of `words`, which become rows of `width` numbers. */
typedef struct
{
  int n, words, width;
} embedding_shape;

/* attention_shape: t queries and m keys and values of `heads` heads of d numbers each. */
typedef struct
{
  int t, m, heads, d;
  int q_row, k_row, q, k, v; /* numbers between two rows, and where the first of each lies */
  int causal;                /* a query hears no key behind it */
  int word;                  /* what marks a key that counts for nothing */
} attention_shape;

/* recurrent_shape: t moments of gates[g][h], h units of which p numbers are heard. */
typedef struct
{
  int t, g, h, p, reverse;
} recurrent_shape;

/* latency_shape: n numbers that become one spike each among t moments; the range is low .. high, or of each sample. */
typedef struct
{
  int n, t, each;
  float low, high;
} latency_shape;

/* spikes_shape: t moments of u neurons. */
typedef struct
{
  int t, u;
  int scaled, silent, pause, to_zero, by_threshold; /* what a spike takes off: all, the threshold */
  float decay, threshold, synapse, adapt_decay, adapt_jump;
} spikes_shape;

/* conductance_shape: t moments of u neurons whose synapses are conductances. */
typedef struct
{
  int t, u, pause;
  float step, decay_e, decay_i, reversal_e, reversal_i, threshold, reset;
} conductance_shape;

/* rivals_shape: t moments of u neurons, of which one may fire at a time. */
typedef struct
{
  int t, u, pause;
  float decay, threshold, inhibition;
} rivals_shape;

/* moments_shape: t moments of n numbers each. */
typedef struct
{
  int t, n;
} moments_shape;

/* plastic_shape: t moments of n synapses that tire and warm up by use. */
typedef struct
{
  int t, n;
  float use, recover, facilitate;
} plastic_shape;

/* changes_shape: t moments of n numbers whose changes are told. */
typedef struct
{
  int t, n, both;
  float threshold;
} changes_shape;

/* winners_shape: rows of numbers that lie `per` apart, of which the k largest stay. */
typedef struct
{
  int n, row, per, k;
} winners_shape;

/* dense_s8_shape: rows of inputs that become rows of units, with their zero points and limits. */
typedef struct
{
  int rows, inputs, units, x_zero, y_zero, low, high;
} dense_s8_shape;

/* conv2d_s8_shape: n pictures x[c][h][w] that become y[out_c][out_h][out_w], with their zero points and limits. */
typedef struct
{
  int n, c, h, w, out_c, out_h, out_w;
  int kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_left, dilation_h, dilation_w, groups;
  int x_zero, y_zero, low, high;
} conv2d_s8_shape;

/* zero_shape: a zero point. */
typedef struct
{
  int zero;
} zero_shape;

/* add_s8_shape: n numbers of two scales that are added; both factors share one shift. */
typedef struct
{
  int n, a_zero, b_zero, y_zero, a_factor, b_factor, shift;
} add_s8_shape;
