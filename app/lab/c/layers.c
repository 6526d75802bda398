/* SPDX-License-Identifier: 0BSD */
/* dense: y = weight x + bias; weight[units][inputs]. */
static void
dense (const dense_shape *s, const float *x, const float *weight, const float *bias, float *y)
{
  for (int r = 0; r < s->rows; r++)
    for (int u = 0; u < s->units; u++)
      {
        float sum = bias != NULL ? bias[u] : 0;

        for (int i = 0; i < s->inputs; i++)
          sum += x[r * s->inputs + i] * weight[u * s->inputs + i];
        y[r * s->units + u] = sum;
      }
}

/* conv2d_sum: what the kernel of channel o sees with its first pixel at (top, left) of x. */
static float
conv2d_sum (const conv2d_shape *s, const float *x, const float *weight, int o, int top, int left)
{
  const int channels = s->c / s->groups, first = o / (s->out_c / s->groups) * channels;
  float sum = 0;

  for (int c = 0; c < channels; c++)
    for (int i = 0; i < s->kernel_h; i++)
      for (int j = 0; j < s->kernel_w; j++)
        {
          const int row = top + i * s->dilation_h, column = left + j * s->dilation_w;

          if (row >= 0 && row < s->h && column >= 0 && column < s->w)
            sum += x[((first + c) * s->h + row) * s->w + column]
                   * weight[((o * channels + c) * s->kernel_h + i) * s->kernel_w + j];
        }
  return sum;
}

/* conv2d: y = weight * x + bias; weight[out_c][c / groups][kernel_h][kernel_w]. */
static void
conv2d (const conv2d_shape *s, const float *x, const float *weight, const float *bias, float *y)
{
  for (int n = 0; n < s->n; n++, x += s->c * s->h * s->w)
    for (int o = 0; o < s->out_c; o++)
      for (int i = 0; i < s->out_h; i++)
        for (int j = 0; j < s->out_w; j++)
          *y++ = (bias != NULL ? bias[o] : 0)
                 + conv2d_sum (s, x, weight, o, i * s->stride_h - s->pad_top,
                               j * s->stride_w - s->pad_left);
}

/* matmul: y = a b. */
static void
matmul (const matmul_shape *s, const float *a, const float *b, float *y)
{
  for (int p = 0; p < s->batch; p++, b += s->k * s->n)
    for (int i = 0; i < s->m; i++, a += s->k)
      for (int j = 0; j < s->n; j++)
        {
          float sum = 0;

          for (int k = 0; k < s->k; k++)
            sum += a[k] * b[s->transposed ? j * s->k + k : k * s->n + j];
          *y++ = sum;
        }
}

/* pool_span: where a window lies on one axis, and how many pixels it counts for. */
typedef struct
{
  int begin, end, step, count;
} pool_span;

/* pool_axis: window i of `out` on an axis of n pixels. */
static pool_span
pool_axis (int i, int n, int out, int kernel, int stride, int pad, int dilation,
           const pool_shape *s)
{
  pool_span span
      = { i * stride - pad, i * stride - pad + (kernel - 1) * dilation + 1, dilation, 0 };

  if (s->adaptive)
    {
      span.begin = i * n / out;
      span.end = ((i + 1) * n + out - 1) / out;
      span.step = 1;
      span.count = span.end - span.begin;
      return span;
    }
  span.count = (span.end < n + pad ? span.end : n + pad) - span.begin;
  while (span.begin < 0)
    span.begin += span.step;
  if (span.end > n)
    span.end = n;
  if (s->exclude_pad)
    span.count = span.end - span.begin;
  return span;
}

/* pool_rows: the rows of window i. */
static pool_span
pool_rows (const pool_shape *s, int i)
{
  return pool_axis (i, s->h, s->out_h, s->kernel_h, s->stride_h, s->pad_h, s->dilation_h, s);
}

/* pool_columns: the columns of window j. */
static pool_span
pool_columns (const pool_shape *s, int j)
{
  return pool_axis (j, s->w, s->out_w, s->kernel_w, s->stride_w, s->pad_w, s->dilation_w, s);
}

/* max_pool: the largest of each window. */
static void
max_pool (const pool_shape *s, const float *x, float *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        {
          const pool_span rows = pool_rows (s, i), columns = pool_columns (s, j);
          float most = x[rows.begin * s->w + columns.begin];

          for (int r = rows.begin; r < rows.end; r += rows.step)
            for (int c = columns.begin; c < columns.end; c += columns.step)
              if (x[r * s->w + c] > most)
                most = x[r * s->w + c];
          *y++ = most;
        }
}

/* avg_pool: the mean of each window. */
static void
avg_pool (const pool_shape *s, const float *x, float *y)
{
  for (int n = 0; n < s->n; n++, x += s->h * s->w)
    for (int i = 0; i < s->out_h; i++)
      for (int j = 0; j < s->out_w; j++)
        {
          const pool_span rows = pool_rows (s, i), columns = pool_columns (s, j);
          float sum = 0;

          for (int r = rows.begin; r < rows.end; r += rows.step)
            for (int c = columns.begin; c < columns.end; c += columns.step)
              sum += x[r * s->w + c];
          *y++ = sum / (float) (rows.count * columns.count);
        }
}
