using System.Text.Json;
using ZiggyCreatures.Caching.Fusion.Serialization;

namespace CloudNative.ApiService.Authentication;

/// <summary>What stands in Redis.</summary>
internal sealed class ApiKeyIdentitySerializer : IFusionCacheSerializer
{
    public byte[] Serialize<T>(T? obj) => JsonSerializer.SerializeToUtf8Bytes(obj, JsonSerializerOptions.Default);

    public T? Deserialize<T>(byte[] data) => JsonSerializer.Deserialize<T>(data, JsonSerializerOptions.Default);

    public ValueTask<byte[]> SerializeAsync<T>(T? obj, CancellationToken token = default) => new(Serialize(obj));

    public ValueTask<T?> DeserializeAsync<T>(byte[] data, CancellationToken token = default) => new(Deserialize<T>(data));
}
